import type { Scenario } from '../../spec/scenario.ts';
import { camps, changesThatDecide } from '../import/camps.ts';
import type { Difference } from '../import/verdicts.ts';
import { since } from './changes-text.ts';
import { explainingModel } from './model-subjects.ts';

/** Longer captures are not played on the models of all kernels: that would take minutes. */
const MOST_STEPS = 1_000;

/**
 * Which kernels do what a capture shows, by the model, and the changes between them that decide; lines for people.
 * `packetAt` gives the capture's number of the packet that a step is.
 */
export function kernelAnswers(scenario: Scenario, packetAt: (step: number) => number | undefined): string[] {
  if (scenario.timeline.length > MOST_STEPS)
    return [
      `which kernels do so is told of captures of up to ${MOST_STEPS} steps; name the flows that matter with --client ADDRESS:PORT`,
    ];
  const { kernel } = explainingModel();
  const sides = camps(scenario, kernel, explainingModel);
  const doing = (difference: Difference): string =>
    difference ? `${difference.does} at packet ${packetAt(difference.step)}` : 'all that your director did';
  const deciding = sides.length > 1 ? changesThatDecide(scenario, kernel, explainingModel) : [];
  return [
    ...sides.map(({ difference, kernels }) => `kernels ${kernels}: ${doing(difference)}`),
    ...deciding.map((row) => `decided by ${row.id} (since ${since(row)}): ${row.says}`),
    ...(sides.every(({ difference }) => difference)
      ? ['none that is known does all that your director did']
      : []),
  ];
}
