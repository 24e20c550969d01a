import type {
  Datagram,
  Echo,
  FragmentRange,
  IcmpError,
  OtherPacket,
  PacketItem,
  SctpChunks,
  Segment,
} from '../../spec/scenario.ts';
import { nearer } from './numbers.ts';
import { anyOf, fewer, inField, oneAfterAnother, type Smaller, towards, withoutField } from './smaller.ts';

/** One flag less. */
const fewerFlags: Smaller<number> = function* (flags) {
  for (let bit = 0x80; bit >= 1; bit >>= 1) if (flags & bit && flags !== bit) yield flags & ~bit;
};

/** Fields that any packet may have. */
const PLAIN = [
  'by',
  'via',
  'ttl',
  'tos',
  'id',
  'mayFragment',
  'moreFragments',
  'fragment',
  'badChecksum',
] as const;

/** A shorter fragment, and one further ahead. */
const smallerFragment: Smaller<FragmentRange> = anyOf(inField('length', nearer(0)), function* (range) {
  for (const units of nearer(0)(range.offset / 8)) yield { ...range, offset: units * 8 };
});

const smallerHeader: Smaller<Pick<PacketItem, 'id' | 'tos' | 'fragment'>> = anyOf(
  inField('fragment', smallerFragment),
  inField('id', nearestFew(0, 1)),
  inField('tos', nearestFew(0, 1)),
);

/** A payload of fewer bytes, but for those that it says. */
function* shorter<T extends { readonly length: number; readonly data?: Uint8Array }>(packet: T): Iterable<T> {
  for (const length of nearer(packet.data?.length ?? 0)(packet.length)) yield { ...packet, length };
}

/** A simpler segment by itself; numbers that hang together are made smaller by `sequence.ts`. */
const smallerSegment: Smaller<Segment> = anyOf(
  withoutField<Segment>(...PLAIN, 'data', 'text'),
  inField('options', fewer),
  inField('window', towards(64240)),
  shorter,
  inField('seq', nearestFew(0, 1)),
  inField('ack', nearestFew(0, 1)),
  inField('flags', fewerFlags),
);

const smallerDatagram: Smaller<Datagram> = anyOf(
  withoutField<Datagram>(...PLAIN, 'data', 'noChecksum'),
  shorter,
);

const smallerSctp: Smaller<SctpChunks> = anyOf(withoutField<SctpChunks>(...PLAIN, 'tag'), function* (packet) {
  if (packet.chunks.length > 1) for (const chunk of packet.chunks) yield { ...packet, chunks: [chunk] };
});

const smallerEcho: Smaller<Echo> = anyOf(
  withoutField<Echo>(...PLAIN),
  inField('seq', nearer(0)),
  inField('length', nearer(0)),
);

const smallerIcmpError: Smaller<IcmpError> = anyOf(
  withoutField<IcmpError>(...PLAIN, 'mtu', 'quote', 'quotedOffset'),
  inField('type', towards(3)),
  inField('code', nearer(0)),
);

const smallerOther: Smaller<OtherPacket> = anyOf(withoutField<OtherPacket>(...PLAIN, 'data'), shorter);

/** Only the first numbers themselves: those between are reached together with the other segments'. */
function nearestFew(...numbers: readonly number[]): Smaller<number> {
  return (value) => numbers.filter((number) => Math.abs(number) < Math.abs(value));
}

export const smallerPacket: Smaller<PacketItem> = (item): Iterable<PacketItem> => {
  switch (item.kind) {
    case 'segment':
      return oneAfterAnother(smallerSegment(item), withHeader(item));
    case 'datagram':
      return oneAfterAnother(smallerDatagram(item), withHeader(item));
    case 'sctp':
      return oneAfterAnother(smallerSctp(item), withHeader(item));
    case 'echo':
      return oneAfterAnother(smallerEcho(item), withHeader(item));
    case 'other':
      return oneAfterAnother(smallerOther(item), withHeader(item));
    case 'icmp':
      return oneAfterAnother(smallerIcmpError(item), withHeader(item));
  }
};

function* withHeader<T extends PacketItem>(item: T): Iterable<T> {
  for (const header of smallerHeader(item)) yield { ...item, ...header };
}
