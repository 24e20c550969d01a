import { PHASES } from '../../spec/timer-wheel.ts';
import type { ImportedCase } from './import-case.ts';
import type { Verdict } from './verdicts.ts';

/**
 * The case without what nobody can tell: what the director did when a timer was about to end, if the model does that
 * too, but only where the play begins at another moment of the timers' slots. No capture shows at which moment it began.
 */
export function withoutMoments(
  imported: ImportedCase,
  judge: (scenario: ImportedCase['scenario'], phase: number) => readonly Verdict[],
): ImportedCase {
  const { scenario, notes } = imported;
  const { expectations = [], ...rest } = scenario;
  const differs = (phase: number) => judge(scenario, phase).map(({ instead }) => instead !== undefined);
  const usual = differs(0);
  if (!usual.includes(true)) return imported;
  const others = PHASES.slice(1).map(differs);
  const kept = expectations.filter((_, at) => !usual[at] || others.every((other) => other[at]));
  const lost = expectations.length - kept.length;
  if (lost === 0) return imported;
  return {
    ...imported,
    scenario: { ...rest, ...(kept.length > 0 && { expectations: kept }) },
    notes: [
      ...notes,
      `${lost} times the director did what hangs on the moment at which a timer ended (up to an eighth late); of these nothing is expected`,
    ],
  };
}
