import fc from 'fast-check';
import { oneOf, upTo, weighted } from '../draws.ts';

/** What one end of a conversation does next, without the numbers. */
export interface Turn {
  readonly from: 'client' | 'server';
  readonly does: Deed;
  /** Payload bytes, for what carries data. */
  readonly length: number;
}

export const DEEDS = ['syn', 'synack', 'ack', 'data', 'fin', 'rst', 'rstack', 'keepalive', 'probe'] as const;
export type Deed = (typeof DEEDS)[number];

type Side = 'c' | 's';
type Step = `${Side}.${Deed}`;

/** How sessions begin. */
export const OPENINGS: readonly (readonly [weight: number, steps: readonly Step[]])[] = [
  [12, ['c.syn', 's.synack', 'c.ack']],
  [3, ['c.syn']],
  [2, ['c.syn', 'c.syn', 's.synack', 'c.ack']],
  [2, ['c.syn', 's.synack', 's.synack', 'c.ack']],
  [2, ['c.syn', 's.synack']],
  [2, ['c.syn', 's.synack', 'c.data']],
  [1, ['c.syn', 's.synack', 's.data', 'c.ack']],
  [1, ['c.syn', 's.rstack']],
  [1, ['c.syn', 's.synack', 'c.rst']],
  [1, ['c.syn', 'c.data']],
  [1, ['c.syn', 's.syn', 'c.synack', 's.synack']],
  [1, ['s.synack']],
  [3, []],
];

/** How they end. */
export const CLOSINGS: readonly (readonly [weight: number, steps: readonly Step[]])[] = [
  [6, []],
  [5, ['c.fin', 's.ack', 's.fin', 'c.ack']],
  [4, ['c.fin', 's.fin', 'c.ack']],
  [4, ['s.fin', 'c.ack', 'c.fin', 's.ack']],
  [3, ['c.fin', 's.fin', 'c.ack', 's.ack']],
  [2, ['c.fin', 's.ack']],
  [2, ['c.fin', 's.ack', 's.data', 'c.ack']],
  [2, ['s.fin', 'c.ack', 'c.data']],
  [2, ['c.fin', 'c.fin']],
  [3, ['c.rst']],
  [2, ['s.rst']],
  [2, ['c.rstack']],
  [2, ['s.rstack']],
  [1, ['c.fin', 's.rst']],
];

export const length: fc.Arbitrary<number> = oneOf<number>(
  [6, weighted([3, 1], [3, 100], [1, 1000], [1, 1400])],
  [1, fc.integer({ min: 1, max: 1400 })],
);

/** What happens between two ends that talk. */
const middle: fc.Arbitrary<Turn> = fc
  .tuple(
    weighted<Step>(
      [6, 'c.data'],
      [5, 's.data'],
      [3, 'c.ack'],
      [3, 's.ack'],
      [1, 'c.keepalive'],
      [1, 's.keepalive'],
      [1, 's.probe'],
      [1, 'c.probe'],
    ),
    length,
  )
  .map(([step, length]) => turnOf(step, length));

const anything: fc.Arbitrary<Turn> = fc.record({
  from: weighted<Turn['from']>([3, 'client'], [2, 'server']),
  does: weighted<Deed>(
    [4, 'syn'],
    [3, 'synack'],
    [4, 'ack'],
    [3, 'fin'],
    [3, 'rst'],
    [2, 'rstack'],
    [3, 'data'],
  ),
  length,
});

/** A session with a beginning, a middle and an end, each of which may be missing. */
export function session(middleTurns: number): fc.Arbitrary<readonly Turn[]> {
  return fc
    .tuple(steps(OPENINGS), upTo(middleTurns, middle), steps(CLOSINGS), length)
    .map(([opening, middle, closing, length]) => [
      ...opening.map((step) => turnOf(step, length)),
      ...middle,
      ...closing.map((step) => turnOf(step, length)),
    ]);
}

/** Turns in no order. */
export function disorder(turns: number): fc.Arbitrary<readonly Turn[]> {
  return upTo(turns, anything, 1);
}

/** The beginning of a session only. */
export const greeting: fc.Arbitrary<readonly Turn[]> = weighted<readonly Step[]>(
  [3, ['c.syn']],
  [2, ['c.syn', 's.synack', 'c.ack']],
  [1, ['c.syn', 's.synack', 'c.rst']],
).map((list) => list.map((step) => turnOf(step, 0)));

function steps(table: typeof OPENINGS): fc.Arbitrary<readonly Step[]> {
  return weighted(...table);
}

function turnOf(step: Step, length: number): Turn {
  const [side, does] = step.split('.') as [Side, Deed];
  return { from: side === 'c' ? 'client' : 'server', does, length };
}
