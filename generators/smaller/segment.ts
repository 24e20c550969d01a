import type { Segment } from '../../spec/scenario.ts';
import { nearer } from './numbers.ts';
import { anyOf, fewer, inField, type Smaller, towards, withoutField } from './smaller.ts';

/** One flag less. */
const fewerFlags: Smaller<number> = function* (flags) {
  for (let bit = 0x80; bit >= 1; bit >>= 1) if (flags & bit && flags !== bit) yield flags & ~bit;
};

/** A simpler segment by itself; numbers that hang together are made smaller by `sequence.ts`. */
export const smallerSegment: Smaller<Segment> = anyOf(
  withoutField<Segment>('by', 'ttl', 'badChecksum'),
  inField('options', fewer),
  inField('window', towards(64240)),
  inField('length', nearer(0)),
  inField('seq', nearestFew(0, 1)),
  inField('ack', nearestFew(0, 1)),
  inField('flags', fewerFlags),
);

/** Only the first numbers themselves: those between are reached together with the other segments'. */
function nearestFew(...numbers: readonly number[]): Smaller<number> {
  return (value) => numbers.filter((number) => Math.abs(number) < Math.abs(value));
}
