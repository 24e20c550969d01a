import { describe, expect, it } from 'vitest';
import { SAMPLE_RUN } from '../../reports/sample-run.ts';
import { OUTCOME_KINDS, type OutcomeCounts, type Run } from '../outcome.ts';
import { exitCodeOf } from './exit-code.ts';

function runWith(some: Partial<OutcomeCounts>): Run {
  const none = Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0])) as OutcomeCounts;
  const summary = { ...SAMPLE_RUN.summary, outcomes: { ...none, ...some } };
  return { ...SAMPLE_RUN, findings: [], summary };
}

describe('exitCodeOf', () => {
  it.each([
    [{ agree: 5 }, 0],
    [{ agree: 5, unsupported: 2, 'known-difference': 1 }, 0],
    [{ 'known-difference': 1 }, 0],
    [{ agree: 5, mismatch: 1 }, 1],
    [{ agree: 5, crash: 1, 'infra-error': 9 }, 1],
    [{ agree: 5, 'infra-error': 1 }, 3],
    [{ unsupported: 2 }, 4],
    [{}, 4],
  ])('%j gives %i', (outcomes, code) => {
    expect(exitCodeOf(runWith(outcomes))).toBe(code);
  });

  it('counts what was found but not yet confirmed when the run ended', () => {
    const [finding] = SAMPLE_RUN.findings;
    const run = runWith({ agree: 5 });
    expect(exitCodeOf({ ...run, findings: [{ ...finding!, status: 'unconfirmed' }] })).toBe(1);
  });
});
