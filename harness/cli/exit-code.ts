import type { Run } from '../outcome.ts';

/** The contract with scripts (DESIGN 8). */
export const EXIT = { agree: 0, finding: 1, usage: 2, machine: 3, nothing: 4 } as const;

/** What a run's outcomes come to. A finding is worth more than an infra-error beside it. */
export function exitCodeOf({ summary: { outcomes }, findings }: Run): number {
  const unconfirmed = findings.some(({ status }) => status === 'unconfirmed');
  if (outcomes.mismatch + outcomes.crash > 0 || unconfirmed) return EXIT.finding;
  if (outcomes['infra-error'] > 0) return EXIT.machine;
  return outcomes.agree + outcomes['known-difference'] > 0 ? EXIT.agree : EXIT.nothing;
}
