import { inWords } from '../harness/compare/words.ts';
import type { DirectorName, Finding, Shrunk, StepRecord } from '../harness/outcome.ts';
import { failureOf } from '../harness/play/confirm.ts';
import type { Divergence, Failure } from '../harness/play/judge.ts';
import type { Plan } from '../harness/play/plan.ts';
import { printScenarioFile } from '../harness/replay/print-scenario.ts';
import type { Scenario } from '../spec/scenario.ts';
import { printTimelineItem } from '../spec/scenario-text.ts';

/** All that goes into a finding. */
export interface FindingParts {
  readonly number: number;
  readonly status: Finding['status'];
  readonly claim: string;
  readonly director: DirectorName;
  readonly reference: string;
  readonly origin: Finding['origin'];
  readonly indices: Finding['indices'];
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly failure: Failure;
  readonly shrunk?: Shrunk | undefined;
}

export function findingOf(parts: FindingParts): Finding {
  const { failure, plan, ...same } = parts;
  const common = { ...same, scenarioText: printScenarioFile(parts.scenario) };
  if (failure.kind === 'crash') {
    const { what, console } = failure;
    const step = plan.steps.length;
    return {
      ...common,
      kind: 'crash',
      signature: failureOf(failure),
      step,
      differences: [],
      steps: [],
      headline: what,
      console,
    };
  }
  const { divergence } = failure;
  return {
    ...common,
    kind: 'mismatch',
    signature: failureOf(failure),
    step: divergence.step,
    differences: divergence.differences,
    ...(divergence.changes?.length && { changes: divergence.changes }),
    steps: stepRecords(parts.scenario, plan, divergence),
    headline: headlineOf(divergence, parts),
    console: '',
  };
}

function headlineOf(
  { differences, changes = [] }: Divergence,
  { director, reference }: FindingParts,
): string {
  const words = inWords(differences[0]!, director.name, reference);
  return changes.length === 0 ? words : `${words} (named change ${changes.join(', ')})`;
}

function stepRecords(scenario: Scenario, plan: Plan, divergence: Divergence): StepRecord[] {
  const { expected, actual, step } = divergence;
  const traces = expected.traces();
  return actual.slice(0, step + 1).map((director, index) => {
    const done = plan.steps[index - 1];
    return {
      says: index === 0 ? 'set-up' : printTimelineItem(scenario.timeline[index - 1]!),
      ...(done?.kind === 'frame' ? { sent: { link: done.link, frame: done.frame } } : {}),
      model: expected.observations[index]!,
      director,
      trace: traces[index] ?? [],
    };
  });
}
