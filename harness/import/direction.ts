import type { Mac } from '../../spec/wire/address.ts';
import { isImage } from './cause.ts';
import type { Classified } from './classify.ts';
import { type CapturedPacket, isFragment } from './packet.ts';

/** What is known when the direction of a packet is asked for. */
interface Known {
  /** What has reached the director of the same flow, from the same side. */
  readonly before: readonly CapturedPacket[];
  /** The director's own cards, as they turn out. */
  readonly cards: Set<Mac>;
  /** Packets that were seen once more, a hop older: the director sent them on as they were. */
  readonly passedOn: ReadonlySet<CapturedPacket>;
}

/** How long a director may keep a packet that it sends on. */
const KEPT_MICROSECONDS = 1_000_000;

/** How long it waits for the other fragments of a datagram (net.ipv4.ipfrag_time). */
const REASSEMBLED_MICROSECONDS = 30_000_000;

/** Each packet of which a later one is the image with the same addresses and fewer hops to go. */
export function passedOnAmong(packets: readonly CapturedPacket[]): ReadonlySet<CapturedPacket> {
  const found = new Set<CapturedPacket>();
  const earlier = new Map<string, CapturedPacket[]>();
  for (const packet of packets) {
    const key = `${packet.source} ${packet.destination} ${packet.id}`;
    const recent = (earlier.get(key) ?? []).filter(({ at }) => packet.at - at < KEPT_MICROSECONDS);
    const before = recent.find((one) => packet.ttl < one.ttl && !found.has(one) && isImage(one, packet));
    if (before) found.add(before);
    earlier.set(key, [...recent, packet]);
  }
  return found;
}

/** To the director or from it; one that passes by never reaches it, and of some nobody can tell. */
export type Way = 'in' | 'out' | 'passing' | 'unknown';

/**
 * Which way a packet goes. The capture may say so; else addresses do, and where these are the same before and behind
 * the director, its MAC does.
 */
export function wayOf(packet: CapturedPacket, classified: Classified, known: Known): Way {
  const { from, far, service, error, echo } = classified;
  if (packet.way !== undefined) return packet.way;
  if (packet.outer) return 'out';
  // The director answers pings itself, whatever its method.
  if (echo && from === 'server' && far.kind === 'virtual') return 'out';
  // What no connection claims is forwarded as it is, and looks as it did before.
  const forwarded = isForwarded(packet, known.before) && !isAddressedTo(known.cards, packet);
  const isSentByIt = packet.macs !== undefined && known.cards.has(packet.macs.source);
  if (far.kind === 'real' && from === 'server') return forwarded || isSentByIt ? 'out' : 'in';
  // Who calls a real server by its own address is forwarded as any.
  if (far.kind === 'real')
    return known.passedOn.has(packet) || isAddressedTo(known.cards, packet) ? 'in' : 'out';
  const isDirect = service.dests.some(({ forward }) => forward !== 'masq');
  if (isDirect && !error) return byCards(packet, classified, known);
  // A service by mark may have taken it, and sent it on as it was.
  return from === 'client' && !forwarded ? 'in' : 'out';
}

/** Direct routing: client's packets look alike on both sides; the server's do not come by, unless to be forwarded. */
function byCards(packet: CapturedPacket, { from, service }: Classified, { before, cards }: Known): Way {
  const { macs } = packet;
  if (!macs) {
    // Who masquerades sends these itself; who routes directly sees none but what it answers in a server's place.
    const masquerades = service.dests.some(({ forward }) => forward === 'masq');
    if (from === 'server') return masquerades ? 'out' : 'unknown';
    return isForwarded(packet, before) ? 'out' : 'in';
  }
  // The first packet of a client is for the director.
  if (cards.size === 0 && from === 'client') cards.add(macs.destination);
  if (cards.has(macs.destination)) return 'in';
  // The director's other cards show by what they send on.
  return cards.has(macs.source) || isForwarded(packet, before) ? 'out' : 'passing';
}

const isAddressedTo = (cards: ReadonlySet<Mac>, { macs }: CapturedPacket): boolean =>
  macs !== undefined && cards.has(macs.destination);

/** Whether this is one of those packets once more: direct routing and forwarding change the TTL, and rules TCP's options. */
function isForwarded(packet: CapturedPacket, before: readonly CapturedPacket[]): boolean {
  const mine = before.filter(({ id, ttl }) => id === packet.id && packet.ttl < ttl);
  const recent = mine.filter(({ at }) => packet.at - at < KEPT_MICROSECONDS);
  if (recent.some((one) => isImage(one, packet))) return true;
  // The last of them has just come.
  const pieces = mine.filter(({ at }) => packet.at - at < REASSEMBLED_MICROSECONDS);
  return recent.length > 0 && isWhole(pieces);
}

/** Whether fragments make a whole datagram, which may then be cut in another way. */
function isWhole(pieces: readonly CapturedPacket[]): boolean {
  const fragments = pieces.filter(isFragment).sort((one, other) => one.offset - other.offset);
  let end = 0;
  for (const { offset, length, moreFragments } of fragments) {
    if (offset > end) return false;
    if (!moreFragments) return true;
    end = Math.max(end, offset + length);
  }
  return false;
}
