import type { Ipv4 } from '../../spec/wire/address.ts';
import { PROTOCOL_GRE, PROTOCOL_IPIP } from '../../spec/wire/ipv4.ts';
import { isImage } from './cause.ts';
import type { CapturedPacket } from './packet.ts';
import { isOfEnds, type Places } from './places.ts';

/** How long a director may keep what it wraps, or sends on as it is. */
const KEPT_MICROSECONDS = 2_000_000;

/**
 * The packets with what ends of flows wrap for each other as it came, since only what the director wraps is one of its
 * packets inside. What passes the director as it is was there before, and by that it is known.
 */
export function unwrappedBy(packets: readonly CapturedPacket[], places: Places): CapturedPacket[] {
  const callers = callersAmong(packets, places);
  const recent = new Recent();
  const tunnelled = new Set<string>();
  return packets.map((packet): CapturedPacket => {
    const { outer } = packet;
    if (!outer) {
      if (isCutTunnel(packet, places) && !callers.has(packet.source) && !recent.has(packet))
        tunnelled.add(datagramKey(packet));
      recent.note(packet);
      return tunnelled.has(datagramKey(packet)) ? { ...packet, isTunnelPiece: true } : packet;
    }
    const ofEnds =
      packet.way === 'in' ||
      isOfEnds(outer, places) ||
      recent.has(outer) ||
      (callers.has(outer.source) && !recent.has(packet));
    if (!ofEnds && outer.moreFragments) tunnelled.add(datagramKey(outer));
    if (ofEnds) recent.note(outer);
    return ofEnds ? outer : packet;
  });
}

const TUNNELS: ReadonlySet<number> = new Set([PROTOCOL_IPIP, PROTOCOL_GRE]);

/** The first fragment of what nobody but the director wraps for a real server, too short for the header that it wraps. */
function isCutTunnel(
  { way, source, destination, protocol, offset, moreFragments }: CapturedPacket,
  { virtual, real }: Places,
): boolean {
  const isFirst = offset === 0 && moreFragments;
  const isOwn = way !== 'in' && !real.has(source) && !virtual.has(source);
  return isFirst && TUNNELS.has(protocol) && isOwn && real.has(destination);
}

/** Who sends something to a service. */
function callersAmong(packets: readonly CapturedPacket[], { virtual }: Places): Set<Ipv4> {
  const outermost = packets.filter(({ way }) => way !== 'out').map((packet) => packet.outer ?? packet);
  return new Set(outermost.filter(({ destination }) => virtual.has(destination)).map(({ source }) => source));
}

/** What was seen a short while ago, under whatever addresses. */
class Recent {
  readonly #latest = new Map<string, CapturedPacket>();

  note(packet: CapturedPacket): void {
    this.#latest.set(imageKey(packet), packet);
  }

  has(packet: CapturedPacket): boolean {
    const one = this.#latest.get(imageKey(packet));
    return one !== undefined && packet.at - one.at <= KEPT_MICROSECONDS && isImage(one, packet);
  }
}

const imageKey = ({ protocol, id, offset }: CapturedPacket): string => `${protocol} ${id} ${offset}`;

const datagramKey = ({ source, destination, protocol, id }: CapturedPacket): string =>
  `${source} ${destination} ${protocol} ${id}`;
