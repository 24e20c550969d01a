import fc from 'fast-check';
import type { FragmentRange, PacketItem } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, percent, sometimes, upTo, weighted } from '../draws.ts';
import { headerBytes } from '../grammar/packet.ts';

/** Somebody on the way cuts a packet into fragments, and things happen to them. */
export interface Cutting {
  /** Which packet, counted round. */
  readonly at: number;
  /** Data that the packet carries instead of its own, if it carries any. */
  readonly grown: number | undefined;
  /** Bytes of the first fragment, and of all others but the last; multiples of 8. */
  readonly sizes: readonly [first: number, others: number];
  readonly id: number;
  readonly dontFragment: boolean;
  readonly tos: number | undefined;
  readonly mishaps: readonly Mishap[];
}

type Train = readonly PacketItem[];

/** Something goes wrong with one fragment of a train. */
interface Mishap {
  readonly at: number;
  readonly happens: (train: Train, at: number) => Train;
}

type Happening = Mishap['happens'];

/** More would leave no room for anything else. */
const MOST_FRAGMENTS = 6;

export function cutUp(packets: readonly PacketItem[], cuttings: readonly Cutting[]): readonly PacketItem[] {
  return cuttings.reduce((left, cutting) => {
    const at = cutting.at % Math.max(1, left.length);
    const whole = left[at];
    return !whole || whole.fragment
      ? left
      : left.toSpliced(at, 1, ...befallen(train(whole, cutting), cutting));
  }, packets);
}

function train(whole: PacketItem, { grown, sizes, id, dontFragment, tos }: Cutting): Train {
  const { mayFragment: _, ...rest } = grownTo(whole, grown);
  const head = {
    ...rest,
    id,
    ...(tos === undefined ? {} : { tos }),
    ...(dontFragment ? {} : { mayFragment: true }),
  };
  return ranges(payloadBytes(head), sizes).map(
    (fragment, index, { length }): PacketItem => ({
      ...head,
      fragment,
      ...(index < length - 1 ? { moreFragments: true } : {}),
    }),
  );
}

function grownTo(packet: PacketItem, length: number | undefined): PacketItem {
  const carries = 'length' in packet && packet.length > 0;
  return length !== undefined && carries ? { ...packet, length } : packet;
}

/** Where fragments of such sizes begin and end; the last takes what is left, as far as a frame holds it. */
function ranges(bytes: number, [first, others]: Cutting['sizes']): readonly FragmentRange[] {
  const all: FragmentRange[] = [];
  for (let offset = 0; offset < bytes && all.length < MOST_FRAGMENTS; ) {
    const left = bytes - offset;
    const isLast = all.length === MOST_FRAGMENTS - 1;
    const size = all.length === 0 ? first : others;
    const length = Math.min(left, isLast ? MOST_BYTES : size);
    all.push({ offset, length });
    offset += length;
  }
  return all;
}

const MOST_BYTES = 1480;
/** What an error about a segment without data quotes; nobody knows yet about which it will be. */
const USUAL_QUOTE = 60;
/** An INIT's chunk; others are shorter. */
const USUAL_CHUNK = 20;

/** What it has behind its IP header; of SCTP at most so much. */
export function payloadBytes(packet: PacketItem): number {
  switch (packet.kind) {
    case 'segment':
      return headerBytes(packet) + packet.length;
    case 'datagram':
    case 'echo':
      return 8 + packet.length;
    case 'other':
      return packet.length;
    case 'sctp':
      return 12 + USUAL_CHUNK * packet.chunks.length;
    case 'icmp':
      return 8 + (packet.quote ?? USUAL_QUOTE);
  }
}

function befallen(train: Train, { mishaps }: Cutting): Train {
  return mishaps.reduce(
    (left, { at, happens }) => (left.length === 0 ? left : happens(left, at % left.length)),
    train,
  );
}

const lost: Happening = (train, at) => train.toSpliced(at, 1);
const repeated: Happening = (train, at) => train.toSpliced(at + 1, 0, train[at]!);
const repeatedLast: Happening = (train, at) => [...train, train[at]!];
const reversed: Happening = (train) => train.toReversed();
const swapped: Happening = (train, at) =>
  at === 0 ? train : train.toSpliced(at - 1, 2, train[at]!, train[at - 1]!);

/** It is not as it was cut. */
function edited(edit: (fragment: PacketItem) => PacketItem): Happening {
  return (train, at) => train.with(at, edit(train[at]!));
}

/** It begins and ends elsewhere: overlaps, holes, other ends, the edge of what a packet can be. */
function moved(move: (range: FragmentRange) => FragmentRange): Happening {
  return edited((one) => (one.fragment ? { ...one, fragment: within(move(one.fragment)) } : one));
}

function within({ offset, length }: FragmentRange): FragmentRange {
  return {
    offset: Math.max(0, Math.min(offset, 65_528)),
    length: Math.max(0, Math.min(length, MOST_BYTES)),
  };
}

/**
 * One more comes that shares bytes with one that is here already. Without it nothing is missing, so that all hangs on
 * whether that is allowed.
 */
const intruded: fc.Arbitrary<Happening> = fc.constantFrom(8, -8).map((by) => (train, at) => {
  const before = train[at % Math.max(1, train.length - 1)];
  if (!before?.fragment) return train;
  const { offset, length } = before.fragment;
  const intruder = {
    ...before,
    fragment: within({ offset: offset + by, length }),
    moreFragments: true as const,
  };
  return train.toSpliced(train.indexOf(before) + 1, 0, intruder);
});

const move: fc.Arbitrary<Happening> = weighted<(range: FragmentRange) => FragmentRange>(
  [4, ({ offset, length }) => ({ offset, length: length + 8 })],
  [4, ({ offset, length }) => ({ offset: offset - 8, length: length + 8 })],
  [2, ({ offset, length }) => ({ offset: offset - 8, length })],
  [2, ({ offset, length }) => ({ offset, length: length - 8 })],
  [2, ({ offset, length }) => ({ offset, length: length - 1 })],
  [1, ({ offset, length }) => ({ offset: offset + 8, length })],
  [1, ({ length }) => ({ offset: 8, length })],
  [1, ({ offset }) => ({ offset, length: 0 })],
  [1, ({ length }) => ({ offset: 65_528, length })],
  [1, ({ length }) => ({ offset: 64_056, length })],
).map(moved);

const edit: fc.Arbitrary<Happening> = oneOf<(fragment: PacketItem) => PacketItem>(
  [3, fc.constantFrom(0, 1, 2, 3, 0xb8).map((tos) => (one) => ({ ...one, tos }))],
  [2, fc.constantFrom(1, 2, 60).map((ttl) => (one) => ({ ...one, ttl }))],
  [2, fc.constant(({ mayFragment, ...one }) => (mayFragment ? one : { ...one, mayFragment: true }))],
  [2, fc.constant(({ moreFragments, ...one }) => (moreFragments ? one : { ...one, moreFragments: true }))],
  [1, fc.constant((one) => ({ ...one, id: (one.id ?? 0) + 1 }))],
).map(edited);

const mishap: fc.Arbitrary<Mishap> = fc.record({
  at: fc.nat({ max: MOST_FRAGMENTS - 1 }),
  happens: oneOf<Happening>(
    [3, fc.constant(lost)],
    [2, fc.constant(repeated)],
    [1, fc.constant(repeatedLast)],
    [2, fc.constant(reversed)],
    [2, fc.constant(swapped)],
    [5, intruded],
    [6, move],
    [4, edit],
  ),
});

const SIZES = [
  [4, [1480, 1480]],
  [3, [24, 1480]],
  [3, [8, 1480]],
  [2, [1400, 1480]],
  [2, [552, 552]],
  [2, [32, 32]],
  [1, [16, 16]],
  [1, [8, 8]],
] as const;

const cutting: fc.Arbitrary<Cutting> = fc.record({
  at: fc.nat({ max: 59 }),
  grown: sometimes(60, weighted([3, 1400], [2, 3000], [2, 100], [1, 1452], [1, 4000], [1, 60])),
  sizes: weighted<Cutting['sizes']>(...SIZES),
  id: fc.constantFrom(100, 101),
  dontFragment: percent(25),
  tos: sometimes(25, weighted([2, 2], [1, 1], [1, 3], [1, 0x10])),
  mishaps: oneOf<readonly Mishap[]>(
    [40, fc.constant([])],
    [40, mishap.map((one) => [one])],
    [20, upTo(2, mishap, 1)],
  ),
});

export function cuttings(bias: ScenarioBias): fc.Arbitrary<readonly Cutting[]> {
  return oneOf<readonly Cutting[]>(
    [bias.fragments, upTo(3, cutting, 1)],
    [100 - bias.fragments, fc.constant([])],
  );
}
