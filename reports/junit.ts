import junit, { type Builder, type TestCase } from 'junit-report-builder';
import type { ClaimResult, DirectorName, Finding, OutcomeCounts, Run } from '../harness/outcome.ts';
import { cellsOn, findingsOf, undecidedOf } from './cell.ts';
import { oneLine, printable } from './plain-text.ts';

/** The package is CommonJS whose export is the builder itself, which its types do not say. */
const root = junit as unknown as Builder;

/** junit.xml: a suite for each director, a case for each claim. No times, so that equal runs give equal files. */
export function junitReport(run: Run): string {
  const builder = root.newBuilder().name('lvs-conformance');
  for (const director of run.summary.directors) {
    const suite = builder.testSuite().name(oneLine(director.name));
    for (const [name, value] of properties(run, director)) suite.property(name, value);
    for (const cell of cellsOn(run, director))
      fill(suite.testCase().className(oneLine(director.name)).name(oneLine(cell.claim)), run, cell);
  }
  return builder.build().replace(ALL_SKIPPED, '$1');
}

/** The builder sums up what was skipped, where Jenkins' schema (junit-10.xsd) has no such attribute. */
const ALL_SKIPPED = /(<testsuites [^>]*?) skipped="\d+"/;

function properties(run: Run, { release, version }: DirectorName): [string, string][] {
  return [
    ['seed', String(run.summary.seed)],
    ['kernel', release],
    ['kernelVersion', version],
    ['lvsConformanceVersion', run.version],
  ];
}

function fill(testCase: TestCase, run: Run, cell: ClaimResult): void {
  const { outcomes, says } = cell;
  testCase.standardOutput(section(says));
  if (outcomes.mismatch + outcomes.crash > 0) return fail(testCase, outcomes, findingsOf(run, cell));
  const [trouble] = undecidedOf(run, cell, 'infra-error');
  if (outcomes['infra-error'] > 0)
    testCase.error(oneLine(trouble?.what ?? 'infra-error'), 'infra-error', section(trouble?.console ?? ''));
  else if (outcomes.agree + outcomes['known-difference'] === 0) testCase.skipped();
}

function fail(testCase: TestCase, outcomes: OutcomeCounts, findings: readonly Finding[]): void {
  const kind = outcomes.crash > 0 ? 'crash' : 'mismatch';
  testCase.failure(oneLine(findings[0]?.headline ?? kind), kind);
  testCase.stacktrace(section(findings.map(told).join('\n')));
}

function told({ number, headline, scenarioText }: Finding): string {
  return `finding ${number}: ${headline}\n${scenarioText}`;
}

/** The builder writes CDATA sections, and knows how to go on after the first end that a text holds, but no second. */
function section(text: string): string {
  return printable(text).replaceAll(']]>', ']] >');
}
