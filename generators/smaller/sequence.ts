import type { Scenario, Segment, TimelineItem } from '../../spec/scenario.ts';
import { nearer } from './numbers.ts';
import type { Smaller } from './smaller.ts';

/** One direction of a flow: its bytes are counted by the sender's seq and by the receiver's ack. */
interface Direction {
  readonly flow: string;
  readonly from: Segment['from'];
}

/** Where a number of a direction moves when a distance between two of them shrinks. */
type Move = (point: number) => number;

/**
 * Sequence numbers nearer to each other, with everything that counts by them: when 1,400 bytes become one, the
 * later segments and the acknowledgements follow, so the story stays the same.
 */
export const smallerSequence: Smaller<Scenario> = function* (scenario) {
  for (const flow of Object.keys(scenario.flows)) {
    for (const from of ['client', 'server'] as const) {
      const direction = { flow, from };
      for (const move of shorterDistances(pointsOf(scenario.timeline, direction))) {
        yield { ...scenario, timeline: scenario.timeline.map((item) => moved(item, direction, move)) };
      }
    }
  }
};

/** Every number that the direction's segments mention, in order, and 0. */
function pointsOf(timeline: readonly TimelineItem[], { flow, from }: Direction): readonly number[] {
  const points = timeline.flatMap((item) => {
    if (item.kind !== 'segment' || item.flow !== flow) return [];
    return item.from === from ? [item.seq, item.seq + item.length] : [item.ack];
  });
  return [...new Set([0, ...points])].sort((one, other) => one - other);
}

function* shorterDistances(points: readonly number[]): Iterable<Move> {
  for (const [index, upper] of points.entries()) {
    const lower = points[index - 1];
    if (lower === undefined) continue;
    const distance = upper - lower;
    for (const shorter of nearer(1)(distance)) {
      const gain = distance - shorter;
      // 0 stays where it is, so what is below it moves up and what is above it moves down.
      yield upper > 0
        ? (point) => (point >= upper ? point - gain : point)
        : (point) => (point <= lower ? point + gain : point);
    }
  }
}

function moved(item: TimelineItem, { flow, from }: Direction, move: Move): TimelineItem {
  if (item.kind !== 'segment' || item.flow !== flow) return item;
  if (item.from !== from) return { ...item, ack: move(item.ack) };
  const seq = move(item.seq);
  return { ...item, seq, length: move(item.seq + item.length) - seq };
}
