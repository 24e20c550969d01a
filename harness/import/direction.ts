import type { Mac } from '../../spec/wire/address.ts';
import type { Classified } from './classify.ts';
import type { CapturedPacket } from './packet.ts';

/** What is known when the direction of a packet is asked for. */
interface Known {
  /** What has reached the director of the same flow. */
  readonly before: readonly CapturedPacket[];
  /** The director's own cards, as they turn out. */
  readonly cards: Set<Mac>;
}

/**
 * Whether a packet comes to the director (true) or from it (false); undefined for one that passes it by. The capture
 * may say so; else addresses do, and where these are the same before and behind the director, its MAC does.
 */
export function isOnWayIn(packet: CapturedPacket, classified: Classified, known: Known): boolean | undefined {
  const { from, far, service, error, echo } = classified;
  if (packet.way === 'in') return true;
  if (packet.way === 'out') return false;
  if (packet.tunnelledTo !== undefined) return false;
  // The director answers pings itself, whatever its method.
  if (echo && from === 'server' && far.kind === 'virtual') return false;
  // What no connection claims is forwarded as it is, and looks as it did before.
  const forwarded = known.before.some((earlier) => isCopy(earlier, packet));
  if (far.kind === 'real') return from === 'server' && !forwarded;
  const isDirect = service.dests.some(({ forward }) => forward !== 'masq');
  return isDirect && !error ? byCards(packet, classified, known) : from === 'client';
}

/** Direct routing: client's packets look alike on both sides; the server's do not come by, unless to be forwarded. */
function byCards(
  packet: CapturedPacket,
  { from, service }: Classified,
  { before, cards }: Known,
): boolean | undefined {
  const { macs } = packet;
  if (!macs) {
    // Who masquerades sends these itself; who routes directly never sees them.
    const masquerades = service.dests.some(({ forward }) => forward === 'masq');
    if (from === 'server') return masquerades ? false : undefined;
    return !before.some((earlier) => isCopy(earlier, packet));
  }
  // The first packet of a client is for the director.
  if (cards.size === 0 && from === 'client') cards.add(macs.destination);
  if (cards.has(macs.destination)) return true;
  // The director's other cards show by what they send on.
  return cards.has(macs.source) || before.some((earlier) => isCopy(earlier, packet)) ? false : undefined;
}

/** Neither direct routing nor forwarding changes more than the TTL. */
function isCopy(one: CapturedPacket, other: CapturedPacket): boolean {
  return (
    one.id === other.id &&
    one.length === other.length &&
    one.offset === other.offset &&
    other.ttl <= one.ttl &&
    other.at - one.at < 1_000_000 &&
    Buffer.compare(one.body.subarray(0, 14), other.body.subarray(0, 14)) === 0
  );
}
