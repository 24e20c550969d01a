import { refresh } from '../../spec/conntrack/table.ts';
import { ORIGINAL, REPLY } from '../../spec/conntrack/types.ts';
import { silentRcv, tunnelRcv } from '../../spec/ip/tunnels.ts';
import { PARTS } from '../../spec/parts.ts';
import type { Skb } from '../../spec/skb.ts';
import type { IpvsProtocol, Parts } from '../../spec/state.ts';
import { ICMP_HEADER_BYTES } from '../../spec/wire/icmp.ts';
import {
  PROTOCOL_AH,
  PROTOCOL_ESP,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_IGMP,
  PROTOCOL_IPIP,
  PROTOCOL_IPV6,
  PROTOCOL_MPLS,
  PROTOCOL_PIM,
  setWord,
} from '../../spec/wire/ipv4.ts';
import type { BrokenDirector } from './broken-director.ts';
import { station } from './broken-station.ts';

const IPSEC: readonly number[] = [PROTOCOL_AH, PROTOCOL_ESP];
const NUMBERS = Array.from({ length: 256 }, (_, number) => number);

const isIpsec = ({ header }: Skb): boolean => IPSEC.includes(header.protocol);

/** IPVS believes something else of AH and ESP. */
function ipsec(wrong: Partial<IpvsProtocol>): Parts {
  const { ipvsProtocols } = PARTS;
  const both = IPSEC.map((number) => [number, { ...ipvsProtocols[number]!, ...wrong }] as const);
  return { ...PARTS, ipvsProtocols: { ...ipvsProtocols, ...Object.fromEntries(both) } };
}

/** The director has other protocols of its own; undefined: it knows none of that number. */
function ownProtocols(wrong: Readonly<Record<number, Parts['inetProtocols'][number] | undefined>>): Parts {
  const all = { ...PARTS.inetProtocols, ...wrong };
  const known = Object.entries(all).filter(([, receive]) => receive !== undefined);
  return { ...PARTS, inetProtocols: Object.fromEntries(known) as Parts['inetProtocols'] };
}

type Track = Parts['conntrackProtocols'][number];

function tracking(protocols: readonly number[], wrong: Track): Parts {
  const right = PARTS.conntrackProtocols;
  const changed = protocols.map((number) => [number, wrong] as const);
  return { ...PARTS, conntrackProtocols: { ...right, ...Object.fromEntries(changed) } };
}

const trackGre = PARTS.conntrackProtocols[PROTOCOL_GRE]!;
/** Those of which conntrack knows no more than addresses. */
const UNKNOWN = NUMBERS.filter((number) => PARTS.conntrackProtocols[number] === undefined);
/** Those that the director has nothing to do with. */
const UNHEARD = NUMBERS.filter((number) => PARTS.inetProtocols[number] === undefined);

/** An error about AH or ESP that was translated gets the port of ISAKMP where ports would be. */
function withPort(skb: Skb, before: Uint8Array, offset: 0 | 2): void {
  const at = ICMP_HEADER_BYTES + ((skb.payload[ICMP_HEADER_BYTES] ?? 0) & 15) * 4;
  const quotes = IPSEC.includes(skb.payload[ICMP_HEADER_BYTES + 9] ?? 0);
  if (skb.header.protocol !== PROTOCOL_ICMP || !quotes || skb.payload === before) return;
  if (skb.payload.length >= at + 4) setWord(skb.payload, at + offset, 500);
}

// biome-ignore format: a table is read row by row
/** Directors that are wrong about protocols without ports. */
export const BROKEN_OTHER_PROTOCOLS: readonly BrokenDirector[] = [
  { id: 'ipsec-begins', says: 'AH and ESP get a connection where their client has none, as ISAKMP would.', parts: ipsec({ mayBegin: () => true }) },
  { id: 'ipsec-by-its-own-number', says: 'A connection for AH and ESP is looked for among those of their own protocols.', parts: { ...PARTS, ipvsProtocols: { ...PARTS.ipvsProtocols, ...Object.fromEntries(IPSEC.map((number) => [number, { ...PARTS.ipvsProtocols[number]!, follows: { protocol: number, port: 500 } }])) } } },
  { id: 'ipsec-as-any-other', says: 'IPVS does not know AH and ESP.', parts: { ...PARTS, ipvsProtocols: Object.fromEntries(Object.entries(PARTS.ipvsProtocols).filter(([number]) => !IPSEC.includes(Number(number)))) } },
  { id: 'ipsec-answers-exposed', says: 'What a real server sends by AH and ESP leaves with its own address.', parts: station('ip_vs_out_hook', (right) => (net, skb, hook) => (isIpsec(skb) ? 'NF_ACCEPT' : right(net, skb, hook))) },
  { id: 'ipsec-entry-without-port', says: 'With vs/conntrack=1 an entry of AH or ESP is not taught the port of ISAKMP: answers find it.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { const entry = isIpsec(skb) ? skb.ct?.entry : undefined; const verdict = right(net, skb, hook); if (entry) entry.tuples = [entry.tuples[ORIGINAL], { ...entry.tuples[REPLY], sport: 0, dport: 0 }]; return verdict; }) },
  { id: 'ipsec-error-with-port', says: 'An error about AH or ESP is translated as if there were ports.', parts: station('ip_vs_out_hook', (right) => (net, skb, hook) => { const before = skb.payload; const verdict = right(net, skb, hook); withPort(skb, before, 2); return verdict; }) },
  { id: 'conntrack-unknown-short', says: 'An entry of a protocol that conntrack does not know lives 60 s.', parts: tracking(UNKNOWN, (net, { entry }) => { refresh(net, entry, 60 * net.kernel.hz); return 'ACCEPT'; }) },
  { id: 'conntrack-gre-never-assured', says: 'An entry of GRE that was answered lives longer, and is not ASSURED.', parts: tracking([PROTOCOL_GRE], (net, tracked) => { const verdict = trackGre(net, tracked); tracked.entry.assured = false; return verdict; }) },
  { id: 'conntrack-gre-as-unknown', says: 'GRE is tracked like any protocol that conntrack does not know.', parts: { ...PARTS, conntrackProtocols: Object.fromEntries(Object.entries(PARTS.conntrackProtocols).filter(([number]) => Number(number) !== PROTOCOL_GRE)) } },
  { id: 'own-protocols-silent', says: 'Nobody is told that the director does not know a protocol.', parts: ownProtocols(Object.fromEntries(UNHEARD.map((number) => [number, silentRcv]))) },
  { id: 'own-protocols-multicast-refused', says: 'The director tells senders of IGMP and PIM that it does not know them.', parts: ownProtocols({ [PROTOCOL_IGMP]: undefined, [PROTOCOL_PIM]: undefined }) },
  { id: 'own-protocols-wrapped-unknown', says: 'Of what is wrapped for a tunnel the director says that it does not know the protocol, not the port.', parts: ownProtocols({ [PROTOCOL_IPIP]: undefined, [PROTOCOL_IPV6]: undefined, [PROTOCOL_MPLS]: undefined, [PROTOCOL_GRE]: undefined }) },
  { id: 'own-protocols-gre-unread', says: 'The director answers GRE of any version, whole or cut.', parts: ownProtocols({ [PROTOCOL_GRE]: tunnelRcv(0) }) },
  { id: 'nat-gre-kept', says: 'GRE that NAT cannot read goes on as it is.', parts: { ...PARTS, natPacket: (skb, manip) => PARTS.natPacket(skb, manip) || skb.header.protocol === PROTOCOL_GRE } },
];
