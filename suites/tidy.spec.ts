import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLAIMS } from './claims.ts';

/** Rules that reviewers would forget. Messages: path:line: what is wrong, what to do instead. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['spec', 'generators', 'harness', 'suites', 'reports'];
const LONGEST_FILE_LINES = 400;

const all = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
).filter((path) => !path.startsWith(join('reports', 'out')));
const sources = all.filter((path) => path.endsWith('.ts'));
/** Tests, and programs that tests start. */
const isTest = (path: string) => /\.(test|spec|fixture)\.ts$/.test(path);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** `path:line` of every line that matches. */
function places(path: string, pattern: RegExp): string[] {
  return read(path)
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
}

describe('spec', () => {
  it('has no clock and no randomness of its own: time and choices are in its state', () => {
    const impure = /\b(Date\.|new Date|Math\.random|performance\.|setTimeout\(|process\.)/;
    const paths = sources.filter((path) => path.startsWith('spec') && !isTest(path));
    expect(paths.flatMap((path) => places(path, impure))).toEqual([]);
  });

  const tables = sources.filter((path) => path.startsWith(join('spec', 'tables')) && !isTest(path));

  it.each(tables)('%s: every row has a source', async (path) => {
    const exported: Record<string, unknown> = await import(join(ROOT, path));
    for (const [name, rows] of Object.entries(exported).map(([key, value]) => [key, rowsOf(value)] as const))
      for (const row of rows)
        expect(row, `${path}: a row of ${name} has no source; name file and symbol`).toMatchObject({
          source: { file: expect.stringMatching(/\.[ch]$/), symbol: expect.stringMatching(/./) },
        });
  });
});

/** The rows of a table that says where its facts stand: of one with a source in any row, all. */
function rowsOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const rows = Object.values(value).filter((row) => typeof row === 'object' && row !== null);
  return rows.some((row) => 'source' in row) ? rows : [];
}

describe('claims', () => {
  it('have stable, different ids and say a whole sentence', () => {
    expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length);
    for (const { id, says } of CLAIMS) {
      expect(id).toMatch(/^[a-z0-9]+\/[a-z0-9-]+$/);
      expect(says).toMatch(/^(?:[A-Z]|[a-z0-9., ]+ ).*\.$/);
    }
  });
});

/** What the top level has, dot-files aside. */
const LAYOUT = [
  ...FOLDERS,
  ...['CHANGELOG.md', 'LICENSE', 'README.md', 'node_modules'],
  ...['biome.json', 'package-lock.json', 'package.json', 'tsconfig.json', 'vitest.config.ts'],
];

describe('files', () => {
  it('at the top level are those of the layout: nothing lies about', () => {
    const others = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !LAYOUT.includes(name));
    expect(others).toEqual([]);
  });

  it(`are not longer than ${LONGEST_FILE_LINES} lines: one concept each`, () => {
    const long = sources.filter((path) => read(path).split('\n').length > LONGEST_FILE_LINES);
    expect(long).toEqual([]);
  });

  it('are used: what nobody imports is dead', () => {
    const imported = new Set(sources.flatMap((path) => importsOf(path)));
    const entries = [
      join('harness', 'cli', 'main.ts'),
      join('suites', 'bench', 'main.ts'),
      join('suites', 'captures', 'make.ts'),
      join('suites', 'exports', 'main.ts'),
      join('suites', 'fuzz', 'main.ts'),
      join('suites', 'sensitivity', 'main.ts'),
    ];
    const dead = sources.filter((path) => !isTest(path) && !entries.includes(path) && !imported.has(path));
    expect(dead).toEqual([]);
  });

  it('name no tool by which they were made, and no path of one machine', () => {
    const machine = /\/(?:work|home|Users)\/[a-z]/;
    expect(
      sources
        .filter((path) => path !== join('suites', 'tidy.spec.ts'))
        .flatMap((path) => places(path, machine)),
    ).toEqual([]);
  });
});

function importsOf(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, to]) =>
    join(dirname(path), to!),
  );
}

describe('links in READMEs', () => {
  const pages = [...all, ...readdirSync(ROOT)].filter((path) => path.endsWith('.md'));

  it.each(pages)('%s: lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, to]) => to!);
    expect(links.filter((to) => !existsSync(join(ROOT, dirname(page), to)))).toEqual([]);
  });
});
