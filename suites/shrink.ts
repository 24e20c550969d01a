import fc from 'fast-check';

/** How much shrinking may cost. The number of attempts ends it at the same place on every machine; time is a safety net. */
export interface ShrinkBudget {
  readonly attempts: number;
  readonly ms: number;
}

export const SHRINK_BUDGET: ShrinkBudget = { attempts: 600, ms: 60_000 };

export interface ShrinkResult<T> {
  /** The smallest value that still fails; the first one if none smaller does. */
  readonly smallest: T;
  readonly attempts: number;
  /** False when the budget ended first. */
  readonly complete: boolean;
}

export interface ShrinkRequest<T> {
  readonly arbitrary: fc.Arbitrary<T>;
  /** A value that failed. */
  readonly from: T;
  /** Whether a smaller one still fails in the same way. */
  readonly stillFails: (value: T) => Promise<boolean>;
  readonly budget: ShrinkBudget;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

/**
 * Lets fast-check shrink a failing value. When the budget is used up every further candidate counts as passing
 * without being tried, so the search ends by itself and the best so far is kept; fast-check's own
 * interruption would call the interrupted run a success.
 */
export async function shrink<T>(request: ShrinkRequest<T>): Promise<ShrinkResult<T>> {
  const { arbitrary, from, stillFails, budget, now } = request;
  const deadline = now() + budget.ms;
  let [smallest, attempts, complete, first] = [from, 0, true, true];
  const holds = async (value: T): Promise<boolean> => {
    // The value itself comes first; that it fails is known.
    if (first) {
      first = false;
      return false;
    }
    if (attempts >= budget.attempts || now() >= deadline) {
      complete = false;
      return true;
    }
    attempts += 1;
    const fails = await stillFails(value);
    if (fails) smallest = value;
    return !fails;
  };
  await fc.check(fc.asyncProperty(arbitrary, holds), { examples: [[from]], numRuns: 1 });
  return { smallest, attempts, complete };
}
