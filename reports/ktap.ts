import type { ClaimResult, Run } from '../harness/outcome.ts';
import { type CellKind, cellKind, cellsOn, findingsOf, undecidedOf } from './cell.ts';
import { oneLine, printable } from './plain-text.ts';

/**
 * report.ktap: KTAP version 1 (Documentation/dev-tools/ktap.rst): a test for each director, a subtest for each claim.
 * Diagnostic lines stand before the result that they are about.
 */
export function ktapReport(run: Run): string {
  const { directors, seed } = run.summary;
  const tests = directors.flatMap((director, index) => {
    const cells = cellsOn(run, director);
    const failed = cells.some((cell) => !passes(cell, run));
    const { release, version } = director;
    return [
      ...indented([
        VERSION,
        // The kernel's own reader (tools/testing/kunit/kunit_parser.py) looks for this line between the two.
        `# Subtest: ${name(director.name)}`,
        plan(cells.length),
        ...diagnostics(`kernel ${release} ${version}, seed ${seed}, lvs-conformance ${run.version}`),
        ...cells.flatMap((cell, at) => subtest(run, cell, at + 1)),
      ]),
      `${failed ? 'not ok' : 'ok'} ${index + 1} ${name(director.name)}`,
    ];
  });
  return `${[VERSION, plan(directors.length), ...tests].join('\n')}\n`;
}

const VERSION = 'KTAP version 1';
const plan = (count: number): string => `1..${count}`;

function subtest(run: Run, cell: ClaimResult, number: number): string[] {
  const directive = DIRECTIVES[cellKind(cell)](run, cell);
  const result = `${passes(cell, run) ? 'ok' : 'not ok'} ${number} ${name(cell.claim)}`;
  const findings = findingsOf(run, cell).flatMap(({ number: finding, headline, scenarioText }) =>
    diagnostics(`finding ${finding}: ${oneLine(headline)}\n${scenarioText}`),
  );
  return [...findings, directive ? `${result} # ${oneLine(directive)}` : result];
}

/** Only a run that was cut short calls it a failure that a claim was not played. */
function passes(cell: ClaimResult, { complete }: Run): boolean {
  const kind = cellKind(cell);
  return kind === 'not-played' ? complete : !FAILING.has(kind);
}

const FAILING: ReadonlySet<CellKind> = new Set(['crash', 'mismatch', 'infra-error']);

const DIRECTIVES: Readonly<Record<CellKind, (run: Run, cell: ClaimResult) => string | undefined>> = {
  agree: () => undefined,
  mismatch: () => undefined,
  crash: () => undefined,
  'known-difference': () => 'XFAIL a difference that is known',
  'infra-error': (run, cell) => `ERROR ${undecidedOf(run, cell, 'infra-error')[0]?.what ?? ''}`,
  unsupported: (run, cell) => `SKIP ${undecidedOf(run, cell, 'unsupported')[0]?.what ?? ''}`,
  'not-played': ({ complete }) => (complete ? 'SKIP not played' : 'TIMEOUT the run ended before'),
};

/** A number sign begins a directive, and nothing escapes it. */
function name(text: string): string {
  return oneLine(text).replaceAll('#', '_');
}

function diagnostics(text: string): string[] {
  return printable(text)
    .trimEnd()
    .split('\n')
    .map((line) => `# ${line}`.trimEnd());
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
