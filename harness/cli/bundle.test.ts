import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testFolders } from '../system/test-folders.ts';

const freshFolder = testFolders();
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles are of the sources as they are, so the tests change a copy of them. */
async function copyOfSources(): Promise<string> {
  const copy = await freshFolder();
  for (const name of ['generators', 'harness', 'reports', 'spec', 'suites', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function version(root: string, cache: string): string {
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'harness/cli/lvscheck.js'), '--version'],
    {
      encoding: 'utf8',
      env,
    },
  );
  return stdout + stderr;
}

describe.skipIf('typescript' in process.features && process.features.typescript)('the bundle', () => {
  it('is made once, and anew when a source changed', async () => {
    const [root, cache] = [await copyOfSources(), await freshFolder()];
    const programs = () => readdirSync(join(cache, 'lvs-conformance', 'programs'));

    expect([version(root, cache), version(root, cache)]).toEqual(['0.1.0\n', '0.1.0\n']);
    expect(programs()).toHaveLength(1);

    const changed = "export const packageVersion = (): string => 'another';\n";
    writeFileSync(join(root, 'harness/cli/package-version.ts'), changed);
    expect(version(root, cache)).toBe('another\n');
    expect(programs()).toHaveLength(2);
  });

  it.each([0, 100])('is made anew when a file of it was cut to %d bytes', async (length) => {
    const cache = await freshFolder();
    version(ROOT, cache);
    const programs = join(cache, 'lvs-conformance', 'programs');
    const main = join(programs, readdirSync(programs)[0]!, 'main.mjs');
    truncateSync(main, length);

    expect(version(ROOT, cache)).toBe('0.1.0\n');
    expect(statSync(main).size).toBeGreaterThan(length);
  });

  it('is not needed: without a place to keep it, sources are read one by one', async () => {
    const notAFolder = join(await freshFolder(), 'file');
    writeFileSync(notAFolder, '');

    expect(version(ROOT, notAFolder)).toBe('0.1.0\n');
    rmSync(notAFolder);
  });
});
