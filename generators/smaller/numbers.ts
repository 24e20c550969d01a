import type { Smaller } from './smaller.ts';

/** Numbers nearer to the target: the target itself, then ever smaller steps towards it. */
export function nearer(target: number): Smaller<number> {
  return function* (value) {
    const distance = Math.abs(value - target);
    const sign = value < target ? -1 : 1;
    for (let left = 0; left < distance; left += Math.ceil((distance - left) / 2)) yield target + sign * left;
  };
}

/** Where waits come to rest: short ones, and the timeouts that everyone knows. */
const FAMILIAR_SECONDS = [1, 2, 3, 5, 10, 15, 30, 60, 65, 120, 130, 300, 320, 600, 900, 920] as const;

/**
 * Simpler waits in milliseconds. Whole seconds are simpler than any other wait, even when they are longer:
 * `+60s` says more to a reader than `+58.917s`.
 */
export function smallerWait(ms: number): Iterable<number> {
  const ceiling = Math.ceil(ms / 1000);
  const familiar = FAMILIAR_SECONDS.filter((seconds) => seconds < ceiling).map((seconds) => seconds * 1000);
  if (ms % 1000 === 0)
    return new Set([...familiar, ...[...nearer(1)(ceiling)].map((seconds) => seconds * 1000)]);
  const around = [ceiling * 1000, (ceiling - 1) * 1000].filter((rounded) => rounded > 0);
  return new Set([...familiar, ...around, ...nearer(1)(ms)]);
}
