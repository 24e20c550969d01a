import fc from 'fast-check';
import type { ScenarioBias } from './bias.ts';
import { oneOf, weighted } from './draws.ts';
import { shrinkingBy } from './shrinking-by.ts';
import { smallerWait } from './smaller/numbers.ts';

/** Timeouts that IPVS and conntrack are known for, in seconds. */
const TIMEOUTS = [2, 3, 10, 30, 60, 120, 300, 900] as const;

/**
 * How far off a timeout, in milliseconds: a jiffy, a second, and the grains of the kernel's timer wheel, by which
 * a timer may be late (256 ms under 16 s, 2,048 ms under 129 s, 16,384 ms under 1,032 s).
 */
const OFFSETS = [-1000, -4, 0, 4, 260, 1000, 2100, 16400, 20000] as const;

const edge: fc.Arbitrary<number> = fc
  .tuple(
    weighted(...TIMEOUTS.map((seconds) => [seconds < 300 ? 3 : 1, seconds] as const)),
    fc.constantFrom(...OFFSETS),
  )
  .map(([seconds, offset]) => seconds * 1000 + offset);

const short: fc.Arbitrary<number> = oneOf<number>(
  [2, fc.integer({ min: 1, max: 999 })],
  [3, fc.integer({ min: 1, max: 9 }).map((seconds) => seconds * 1000)],
);

const any: fc.Arbitrary<number> = oneOf<number>(
  [5, fc.integer({ min: 1, max: 150 }).map((seconds) => seconds * 1000)],
  [1, fc.integer({ min: 1, max: 1_200_000 })],
);

/** Longer than lblc and lblcr take to look through all that they remember. */
const halfHour: fc.Arbitrary<number> = fc.constantFrom(1_860_000, 1_920_000);

/** Milliseconds in which nothing happens: up to twenty minutes, or half an hour. */
export function wait(bias: ScenarioBias): fc.Arbitrary<number> {
  const others = 100 - bias.timeoutEdges;
  return shrinkingBy(
    oneOf([2 * bias.timeoutEdges, edge], [others, short], [others, any], [3 * bias.locality, halfHour]),
    smallerWait,
  );
}
