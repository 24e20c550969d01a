import { readFileSync } from 'node:fs';
import { parse as parseJunit } from 'junit2json';
import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { githubAnnotations, githubSummary } from './github.ts';
import { hostileRun } from './hostile-run.fixture.ts';
import { junitReport } from './junit.ts';
import { ktapReport } from './ktap.ts';
import { SAMPLE_RUN } from './sample-run.ts';

/** Every format, read by somebody else's reader: an ordinary run, and one whose texts want to be more than texts. */
const RUNS = [
  ['an ordinary run', SAMPLE_RUN],
  ['a hostile run', hostileRun(1000)],
] as const;

/** Number, result and whether it was skipped, of each test. */
function readTap(lines: readonly string[]): unknown[] {
  const parser = new Parser();
  const results: unknown[] = [];
  parser.on('assert', ({ id, ok, skip }) => results.push([id, ok, skip !== false]));
  parser.end(lines.join('\n').replace('KTAP version 1', 'TAP version 14'));
  expect(parser.results?.failures.filter(({ tapError }) => tapError)).toEqual([]);
  return results;
}

describe.each(RUNS)('%s', (_, run) => {
  it('gives a junit.xml that its schema allows and that a reader of JUnit reads', async () => {
    const xml = junitReport(run);
    const schema = readFileSync(new URL('./junit.xsd', import.meta.url), 'utf8');
    const { valid, errors } = await validateXML({ xml: { fileName: 'junit.xml', contents: xml }, schema });
    expect(errors).toEqual([]);
    expect(valid).toBe(true);

    const read = await parseJunit(xml);
    const suites = read && 'testsuite' in read ? (read.testsuite ?? []) : [];
    const cases = suites.flatMap(({ testcase }) => testcase ?? []);
    expect(
      cases.map(({ failure, error, skipped }) => [failure, error, skipped].map((each) => !!each)),
    ).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
      [false, false, false],
    ]);
    expect(suites[0]!.properties).toContainEqual({ name: 'seed', value: 1 });
  });

  it('gives a report.ktap that a reader of TAP reads', () => {
    const text = ktapReport(run);
    const [top, ...nested] = text.split('\n').filter((line) => /^ *KTAP version 1$/.test(line));
    expect([top, nested]).toEqual(['KTAP version 1', ['  KTAP version 1']]);

    // KTAP indents by two columns and TAP by four, so each level is read for itself.
    const lines = text.trimEnd().split('\n');
    expect(readTap(lines.filter((line) => line.startsWith('  ')).map((line) => line.slice(2)))).toEqual([
      [1, false, false],
      [2, false, false],
      [3, true, true],
      [4, true, false],
    ]);
    expect(readTap(lines.filter((line) => !line.startsWith('  ')))).toEqual([[1, false, false]]);
  });

  it("gives GitHub a note a line, and a page on which the run's texts are text", () => {
    const notes = githubAnnotations(run).trimEnd().split('\n');
    expect(notes).toHaveLength(run.findings.length + 1);
    for (const line of notes) expect(line).toMatch(/^::(error|warning) title=[^:,]*::[^\r\n]*$/);

    const page = githubSummary(run);
    expect(Buffer.byteLength(page)).toBeLessThan(2 ** 20);
    expect(page).not.toContain('<script>');
    // A blank line ends a block of HTML but `pre`, and Markdown begins: only ours may.
    const outside = page.replace(/^<pre>[^<]*<\/pre>$/gm, '');
    const blocks = outside.split('\n\n').map((block) => block.trim());
    expect(blocks.filter((block) => !/^($|## lvscheck$|<|\d+ more findings)/.test(block))).toEqual([]);
  });
});

it('tells what each way to end is called in KTAP', async () => {
  await expect(ktapReport(SAMPLE_RUN)).toMatchFileSnapshot('./golden/report.ktap');
  const cut = {
    ...SAMPLE_RUN,
    complete: false,
    claims: SAMPLE_RUN.claims.map((each) => ({
      ...each,
      outcomes: {
        ...each.outcomes,
        agree: 0,
        mismatch: 0,
        unsupported: 0,
        'infra-error': 0,
        'known-difference': 0,
      },
    })),
  };
  expect(ktapReport(cut)).toContain('not ok 1 ipvs/masq # TIMEOUT the run ended before');
  expect(ktapReport({ ...cut, complete: true })).toContain('ok 1 ipvs/masq # SKIP not played');
});

it('prints the golden pages for GitHub', async () => {
  await expect(githubAnnotations(SAMPLE_RUN)).toMatchFileSnapshot('./golden/github-annotations.txt');
  await expect(githubSummary(SAMPLE_RUN)).toMatchFileSnapshot('./golden/github-summary.md');
});
