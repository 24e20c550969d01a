import type { NatRange, PortRange } from '../../config/rules.ts';
import { find } from '../../conntrack/table.ts';
import { changedTuple, invert, sameTuple } from '../../conntrack/tuple.ts';
import { type NatManip, type NfConn, ORIGINAL, REPLY, type Tuple } from '../../conntrack/types.ts';
import type { Net } from '../../state.ts';
import { note } from '../../trace-log.ts';
import { PROTOCOL_ICMP, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { jhash, reciprocalScale } from './jhash.ts';
import { seenOutside } from './setup.ts';

/**
 * A tuple in the range that no other connection uses, with as little change as can be
 * (net/netfilter/nf_nat_core.c, get_unique_tuple).
 */
export function uniqueTuple(net: Net, entry: NfConn, range: NatRange, manip: NatManip): Tuple {
  if (entry.openPort && manip === 'SRC' && range.ports) net.undetermined ??= 'gue-port-asked';
  const now = seenOutside(entry);
  const chance = range.chance !== undefined;
  if (manip === 'SRC' && !chance) {
    if (isInRange(now, range)) {
      if (!isTaken(net, now, entry) || mayClash(net, now, entry)) return now;
    } else {
      const same = sameAsBefore(net, now, range);
      if (same && !isTaken(net, same, entry)) return same;
    }
  }
  const { ports } = range;
  const moved = withAddress(now, range, manip);
  const fits = !ports || isAmong(ports, portOf(moved, manip));
  const single = ports !== undefined && ports.first === ports.last;
  if (!chance && fits && (single || !isTaken(net, moved, entry))) return moved;
  return withFreePort(net, entry, moved, ports, manip);
}

/** nf_in_range */
function isInRange(tuple: Tuple, { addresses, ports }: NatRange): boolean {
  if (addresses && (tuple.src < addresses.first || tuple.src > addresses.last)) return false;
  return !ports || isAmong(ports, tuple.sport);
}

/** Another connection of the same source is translated so already; the newest first (find_appropriate_src, same_src). */
function sameAsBefore({ conntrack: { entries } }: Net, now: Tuple, range: NatRange): Tuple | undefined {
  for (const { nat, tuples } of entries.toReversed()) {
    const { protocol, src, sport } = tuples[ORIGINAL];
    if (!nat?.done.SRC || protocol !== now.protocol || src !== now.src || sport !== now.sport) continue;
    const outside = invert(tuples[REPLY])!;
    const tuple = changedTuple(now, { src: outside.src, sport: outside.sport });
    if (isInRange(tuple, range)) return tuple;
  }
  return undefined;
}

/**
 * Whether another connection's packets already look so (nf_nat_used_tuple): its own first packet, come twice, is
 * no other one.
 */
function isTaken(net: Net, tuple: Tuple, entry: NfConn): boolean {
  const user = find(net, invert(tuple)!)?.entry;
  if (!user || user === entry) return false;
  return !sameTuple(user.tuples[ORIGINAL], entry.tuples[ORIGINAL]);
}

/**
 * Whether a datagram may keep its tuple though another connection has it: both begin at once, each as an answer to the
 * other, and what becomes of that is seen at their confirmation (nf_nat_used_tuple_new). No NAT may have touched either.
 */
function mayClash(net: Net, tuple: Tuple, entry: NfConn): boolean {
  if (!net.kernel.has('nat-lets-reverse-clash')) return false;
  if (tuple.protocol !== PROTOCOL_UDP || isChanged(entry)) return false;
  const other = (find(net, tuple) ?? find(net, invert(tuple)!))!.entry;
  return !isChanged(other) && sameTuple(other.tuples[ORIGINAL], entry.tuples[REPLY]);
}

/** IPS_NAT_MASK, IPS_SEQ_ADJUST */
function isChanged({ nat, adjusted }: NfConn): boolean {
  return adjusted || nat?.changed.SRC === true || nat?.changed.DST === true;
}

/** find_best_ips_proto: of several addresses, the one that a hash of both ends names, or of the source alone. */
function withAddress(tuple: Tuple, { addresses, persistent }: NatRange, manip: NatManip): Tuple {
  if (!addresses) return tuple;
  const { first, last } = addresses;
  const hash = first === last ? 0 : jhash([tuple.src, 0, 0, 0], persistent ? 0 : tuple.dst);
  const address = first + reciprocalScale(hash, last - first + 1);
  return manip === 'SRC' ? changedTuple(tuple, { src: address }) : changedTuple(tuple, { dst: address });
}

/** Of others, GRE among them, there is nothing to choose. */
const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL_ICMP, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP]);

/** The kernel looks through this many at most before it tries elsewhere (max_attempts). */
const ATTEMPTS_MAX = 128;

/**
 * nf_nat_l4proto_unique_tuple: some free port of those there are, by chance. Where just one is free, or one is all
 * there is, chance has no say; nor where no source port is, since the packet is lost when its entry shall be confirmed.
 */
function withFreePort(
  net: Net,
  entry: NfConn,
  tuple: Tuple,
  ports: PortRange | undefined,
  manip: NatManip,
): Tuple {
  if (!WITH_PORTS.has(tuple.protocol)) return tuple;
  if (!ports && manip === 'DST' && tuple.protocol !== PROTOCOL_ICMP) return tuple;
  const { first, last } = ports ?? usualPorts(tuple, manip);
  const all = Array.from(
    { length: Math.min(last - first + 1, ATTEMPTS_MAX + 1) },
    (_, index) => first + index,
  );
  const candidates = all.map((port) => withPort(tuple, port, manip));
  const free = candidates.filter((candidate) => !isTaken(net, candidate, entry));
  const lost = free.length === 0 && manip === 'SRC';
  const certain = all.length <= ATTEMPTS_MAX && (free.length === 1 || all.length === 1 || lost);
  if (!certain) {
    net.undetermined ??= 'nat-port';
    note(net, 'nat', 'nf_nat_l4proto_unique_tuple', '', () => 'the port is taken: another one by chance');
  }
  return free[0] ?? candidates[0]!;
}

/** Without a range a port stays among its like: what a privileged program sent still looks so. */
function usualPorts(tuple: Tuple, manip: NatManip): PortRange {
  if (tuple.protocol === PROTOCOL_ICMP) return { first: 0, last: 65535 };
  const port = portOf(tuple, manip);
  if (port < 512) return { first: 1, last: 511 };
  return port < 1024 ? { first: 600, last: 1023 } : { first: 1024, last: 65535 };
}

/** ICMP has one identifier for both ends. */
function portOf(tuple: Tuple, manip: NatManip): number {
  return manip === 'SRC' || tuple.protocol === PROTOCOL_ICMP ? tuple.sport : tuple.dport;
}

function withPort(tuple: Tuple, port: number, manip: NatManip): Tuple {
  const isSource = manip === 'SRC' || tuple.protocol === PROTOCOL_ICMP;
  return isSource ? changedTuple(tuple, { sport: port }) : changedTuple(tuple, { dport: port });
}

function isAmong({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last;
}
