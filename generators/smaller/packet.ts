import type { Datagram, Echo, IcmpError, PacketItem, SctpChunks, Segment } from '../../spec/scenario.ts';
import { nearer } from './numbers.ts';
import { anyOf, fewer, inField, type Smaller, towards, withoutField } from './smaller.ts';

/** One flag less. */
const fewerFlags: Smaller<number> = function* (flags) {
  for (let bit = 0x80; bit >= 1; bit >>= 1) if (flags & bit && flags !== bit) yield flags & ~bit;
};

/** A simpler segment by itself; numbers that hang together are made smaller by `sequence.ts`. */
const smallerSegment: Smaller<Segment> = anyOf(
  withoutField<Segment>('by', 'ttl', 'mayFragment', 'badChecksum'),
  inField('options', fewer),
  inField('window', towards(64240)),
  inField('length', nearer(0)),
  inField('seq', nearestFew(0, 1)),
  inField('ack', nearestFew(0, 1)),
  inField('flags', fewerFlags),
);

const smallerDatagram: Smaller<Datagram> = anyOf(
  withoutField<Datagram>('by', 'ttl', 'mayFragment', 'badChecksum', 'noChecksum'),
  inField('length', nearer(0)),
);

const smallerSctp: Smaller<SctpChunks> = anyOf(
  withoutField<SctpChunks>('by', 'ttl', 'mayFragment', 'badChecksum', 'tag'),
  function* (packet) {
    if (packet.chunks.length > 1) for (const chunk of packet.chunks) yield { ...packet, chunks: [chunk] };
  },
);

const smallerEcho: Smaller<Echo> = anyOf(
  withoutField<Echo>('by', 'ttl', 'mayFragment', 'badChecksum'),
  inField('seq', nearer(0)),
  inField('length', nearer(0)),
);

const smallerIcmpError: Smaller<IcmpError> = anyOf(
  withoutField<IcmpError>('by', 'ttl', 'mayFragment', 'badChecksum', 'mtu', 'quote', 'quotedOffset'),
  inField('type', towards(3)),
  inField('code', nearer(0)),
);

/** Only the first numbers themselves: those between are reached together with the other segments'. */
function nearestFew(...numbers: readonly number[]): Smaller<number> {
  return (value) => numbers.filter((number) => Math.abs(number) < Math.abs(value));
}

export const smallerPacket: Smaller<PacketItem> = (item): Iterable<PacketItem> => {
  switch (item.kind) {
    case 'segment':
      return smallerSegment(item);
    case 'datagram':
      return smallerDatagram(item);
    case 'sctp':
      return smallerSctp(item);
    case 'echo':
      return smallerEcho(item);
    case 'icmp':
      return smallerIcmpError(item);
  }
};
