import type { Plan, PlanStep } from '../../play/plan.ts';

/** What a scenario may take besides its waits, on a machine that is busy. */
const PATIENCE_MS = 60_000;
const COMMAND_PATIENCE_MS = 5_000;

const waitOf = (step: PlanStep): number => (step.kind === 'wait' ? step.ms : 0);

/** All waits of a plan, which in real time are really waited for. */
export const waitedMs = ({ steps }: Pick<Plan, 'steps'>): number =>
  steps.reduce((sum, step) => sum + waitOf(step), 0);

/** After how long nobody answers any more. */
export function deadlineMs(plan: Plan): number {
  const commands = plan.steps.filter(({ kind }) => kind === 'command').length;
  return waitedMs(plan) + commands * COMMAND_PATIENCE_MS + PATIENCE_MS;
}

/** Why a director in real time does not play the plan: it waits for longer than anybody wants to. */
export function tooLong(plan: Plan, maxWaitMs: number): string | undefined {
  const waited = waitedMs(plan);
  // The same words for all such plans, so that they are one line of a report.
  return waited > maxWaitMs
    ? `waits for longer than --max-wait ${maxWaitMs / 1000}s, and time is real here`
    : undefined;
}
