import { protocolNumber } from '../config/protocols.ts';
import { type AddressRange, ANY_ICMP_TYPE, type InterfaceMatch, type Match } from '../config/rules.ts';
import { seenState } from '../conntrack/core.ts';
import { length, type Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import type { Ipv4 } from '../wire/address.ts';
import { ICMP_HEADER_BYTES } from '../wire/icmp.ts';
import { word } from '../wire/ipv4.ts';
import { TCP_HEADER_BYTES } from '../wire/tcp.ts';
import { UDP_HEADER_BYTES } from '../wire/udp.ts';
import { addrtypeMatches } from './addrtype.ts';
import { backendOf } from './backend-of.ts';
import { conntrackMatches } from './conntrack-match.ts';
import { ipvsMatches } from './ipvs-match.ts';
import { tcpmssMatches } from './tcpmss.ts';
import type { Devices, LoadedMatch, LoadedRule, OfKind } from './types.ts';
import { addressMatches, within } from './within.ts';

/** Whether a rule's every condition holds: the IP part, then its extensions in order. */
export function ruleMatches(net: Net, rule: LoadedRule, skb: Skb, devices: Devices): boolean {
  return (
    ipPacketMatches(rule, skb, devices) && rule.matches.every((loaded) => extensionMatches(net, loaded, skb))
  );
}

/** net/ipv4/netfilter/ip_tables.c, ip_packet_match */
export function ipPacketMatches(rule: LoadedRule, skb: Skb, { inDevice, outDevice }: Devices): boolean {
  return (
    addressMatches(rule.source, skb.header.source) &&
    addressMatches(rule.destination, skb.header.destination) &&
    interfaceMatches(rule.inInterface, inDevice) &&
    interfaceMatches(rule.outInterface, outDevice) &&
    (!rule.protocol ||
      (protocolNumber(rule.protocol.protocol) === skb.header.protocol) !== rule.protocol.inverted) &&
    (!rule.fragment || (skb.header.fragmentOffset !== 0) !== rule.fragment.inverted)
  );
}

/** Where a hook has no such device its name is empty, and only the empty prefix `+` matches it. */
function interfaceMatches(match: InterfaceMatch | undefined, device: string): boolean {
  if (!match) return true;
  const same = match.name.endsWith('+') ? device.startsWith(match.name.slice(0, -1)) : device === match.name;
  return same !== match.inverted;
}

function extensionMatches(net: Net, loaded: LoadedMatch, skb: Skb): boolean {
  const { kind, match } = loaded;
  switch (kind) {
    case 'tcp':
      return backendOf(net).tcpMatches(match, skb, net);
    case 'udp':
      return backendOf(net).udpMatches(match, skb, net);
    case 'icmp':
      return icmpMatches(match, skb);
    case 'tos':
      return ((skb.header.tos & match.mask) === match.value) !== match.inverted;
    case 'dscp':
      return (skb.header.tos >> 2 === match.dscp) !== match.inverted;
    case 'tcpmss':
      return tcpmssMatches(match, skb);
    case 'addrtype':
      return addrtypeMatches(net, match, skb);
    case 'limit':
      return backendOf(net).limitMatches(net, match, loaded.state!);
    case 'conntrack':
      if (match.asks?.some(({ on }) => on === 'origsrcport' || on === 'repldstport'))
        askPort(net, skb.ct?.entry.openPort === true);
      return conntrackMatches(match, skb);
    case 'ipvs':
      return ipvsMatches(net, match, skb);
    case 'state':
      return match.states.includes(seenState(skb)) !== match.inverted;
    case 'multiport':
      if (match.which !== 'destination') askPort(net, skb.open.includes('gue-source-port'));
      return multiportMatches(match, skb);
    case 'comment':
      return true;
    case 'length':
      return within(match, length(skb)) !== match.inverted;
    case 'ttl':
      return ttlMatches(match, skb.header.ttl) !== match.inverted;
    case 'iprange':
      return inRange(match.source, skb.header.source) && inRange(match.destination, skb.header.destination);
    case 'mark':
      return ((skb.mark & match.mask) >>> 0 === match.value) !== match.inverted;
    case 'connmark':
      return connmarkMatches(match, skb);
  }
}

/** net/netfilter/xt_connmark.c, connmark_mt; a helper's template has a mark of its own. */
function connmarkMatches(match: Extract<Match, { readonly kind: 'mark' | 'connmark' }>, skb: Skb): boolean {
  const { mark } = skb.template ?? skb.ct?.entry ?? { mark: undefined };
  return mark !== undefined && ((mark & match.mask) >>> 0 === match.value) !== match.inverted;
}

/** What becomes of a rule that asks for a port that nobody can know is nobody's to say, nor what becomes of its packet. */
function askPort(net: Net, isOpen: boolean): void {
  if (isOpen) net.undetermined ??= 'gue-port-asked';
}

/** net/netfilter/xt_hl.c, ttl_mt */
function ttlMatches({ test, ttl }: OfKind<'ttl'>, of: number): boolean {
  if (test === 'eq') return of === ttl;
  return test === 'lt' ? of < ttl : of > ttl;
}

/** net/netfilter/xt_iprange.c, iprange_mt4 */
function inRange(range: AddressRange | undefined, address: Ipv4): boolean {
  return !range || (address >= range.first && address <= range.last) !== range.inverted;
}

/**
 * net/netfilter/xt_tcpudp.c, tcp_mt. Later fragments have no ports; one that would write over the first one's flags,
 * or a first one that has none, is an attack.
 */
export function tcpMatches(match: OfKind<'tcp'>, skb: Skb): boolean {
  const { fragmentOffset } = skb.header;
  if (fragmentOffset > 1) return false;
  if (fragmentOffset === 1 || skb.payload.length < TCP_HEADER_BYTES) {
    skb.hotdrop = true;
    return false;
  }
  return portsMatch(match, skb) && flagsMatch(match, skb);
}

/** Of a packet that has its ports. */
export function portsMatch({ sport, dport }: OfKind<'tcp' | 'udp'>, { payload }: Skb): boolean {
  return (
    (!sport || within(sport, word(payload, 0)) !== sport.inverted) &&
    (!dport || within(dport, word(payload, 2)) !== dport.inverted)
  );
}

/** One of the two ports that a match names, however it asks for them, and not the other. */
export function hasOneOf({ sport, dport }: OfKind<'tcp' | 'udp'>, { payload }: Skb): boolean {
  return !!sport && !!dport && within(sport, word(payload, 0)) !== within(dport, word(payload, 2));
}

/** Of a segment that has its flags. */
export function flagsMatch({ flags }: OfKind<'tcp'>, { payload }: Skb): boolean {
  return !flags || ((payload[13]! & flags.mask) === flags.set) !== flags.inverted;
}

/** udp_mt: the whole header must be there, and only a first fragment has one. */
export function udpMatches(match: OfKind<'udp'>, skb: Skb): boolean {
  if (skb.header.fragmentOffset !== 0) return false;
  if (isCut(skb, UDP_HEADER_BYTES)) return false;
  return portsMatch(match, skb);
}

/** net/ipv4/netfilter/ip_tables.c, icmp_match */
function icmpMatches({ type, first, last, inverted }: OfKind<'icmp'>, skb: Skb): boolean {
  if (skb.header.fragmentOffset !== 0) return false;
  if (isCut(skb, ICMP_HEADER_BYTES)) return false;
  const [is, code] = [skb.payload[0]!, skb.payload[1]!];
  return (type === ANY_ICMP_TYPE || (is === type && code >= first && code <= last)) !== inverted;
}

/** What lacks a part of the header that a rule asks for is dropped. */
function isCut(skb: Skb, bytes: number): boolean {
  if (skb.payload.length >= bytes) return false;
  skb.hotdrop = true;
  return true;
}

/** net/netfilter/xt_multiport.c, multiport_mt: what has no ports has neither these nor others. */
function multiportMatches(match: OfKind<'multiport'>, skb: Skb): boolean {
  if (skb.header.fragmentOffset !== 0) return false;
  if (skb.payload.length < 4) {
    skb.hotdrop = true;
    return false;
  }
  const source = word(skb.payload, 0);
  const destination = word(skb.payload, 2);
  const holds = match.ports.some((range) => {
    if (match.which === 'source') return within(range, source);
    if (match.which === 'destination') return within(range, destination);
    return within(range, source) || within(range, destination);
  });
  return holds !== match.inverted;
}
