import junit, { type Builder, type TestCase } from 'junit-report-builder';
import type {
  ClaimResult,
  DirectorName,
  Finding,
  OutcomeCounts,
  Run,
  Undecided,
} from '../harness/outcome.ts';

/** The package is CommonJS whose export is the builder itself, which its types do not say. */
const root = junit as unknown as Builder;

/** junit.xml: a suite for each director, a case for each claim. No times, so that equal runs give equal files. */
export function junitReport(run: Run): string {
  const builder = root.newBuilder().name('lvs-conformance');
  for (const director of run.summary.directors) {
    const suite = builder.testSuite().name(director.name);
    for (const [name, value] of properties(run, director)) suite.property(name, value);
    for (const result of run.claims.filter((each) => each.director === director.name))
      fill(suite.testCase().className(director.name).name(result.claim), run, result);
  }
  return builder.build();
}

function properties(run: Run, { release, version }: DirectorName): [string, string][] {
  return [
    ['seed', String(run.summary.seed)],
    ['kernel', release],
    ['kernelVersion', version],
    ['lvsConformanceVersion', run.version],
  ];
}

function fill(testCase: TestCase, run: Run, { claim, director, outcomes, says }: ClaimResult): void {
  const here = (each: Finding | Undecided) =>
    each.claim === claim &&
    (typeof each.director === 'string' ? each.director : each.director.name) === director;
  const findings = run.findings.filter(here);
  const troubles = run.undecided.filter(here);
  testCase.standardOutput(clean(says));
  if (outcomes.mismatch + outcomes.crash > 0) return fail(testCase, outcomes, findings);
  const [trouble] = troubles.filter(({ kind }) => kind === 'infra-error');
  if (outcomes['infra-error'] > 0)
    testCase.error(
      clean(trouble?.what ?? 'infra-error, see another claim'),
      'infra-error',
      clean(trouble?.console ?? ''),
    );
  else if (outcomes.agree + outcomes['known-difference'] === 0) testCase.skipped();
}

/** A failure that another claim met first is counted here, and told there. */
function fail(testCase: TestCase, outcomes: OutcomeCounts, findings: readonly Finding[]): void {
  const kind = outcomes.crash > 0 ? 'crash' : 'mismatch';
  const [first] = findings;
  testCase.failure(clean(first?.headline ?? `${kind}, the finding is filed under another claim`), kind);
  testCase.stacktrace(
    clean(findings.map(({ headline, scenarioText }) => `${headline}\n${scenarioText}`).join('\n')),
  );
}

/** XML 1.0 has no place for control characters, not even escaped; a console may hold any. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
