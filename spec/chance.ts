import type { FreedomId } from './tables/freedoms.ts';

/**
 * Where a kernel throws dice, somebody outside says which of so many options came up, as an index: the reference has
 * no randomness, and follows what a director was seen to do (`tables/freedoms`, field 'course').
 */
export type Chance = (freedom: FreedomId, options: number) => number;

/** The option that comes up, the likeliest first; where there is but one, nothing is left to chance. */
export function draw<T>(
  { chance }: { readonly chance: Chance },
  freedom: FreedomId,
  options: readonly T[],
): T | undefined {
  return options.length < 2 ? options[0] : options[chance(freedom, options.length)];
}
