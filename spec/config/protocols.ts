import { IP_PROTOCOLS } from '../wire/ip-protocols.ts';
import { PROTOCOL_ICMP, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';

/** What the kernel calls ipip is ipencap there, and ipip is another one. */
const { ipip: ipencap, ...KERNEL_NAMES } = IP_PROTOCOLS;

/** Source: /etc/protocols of Debian's netbase 6.4, but for those that stand for every protocol (ip and hopopt, 0). */
// biome-ignore format: read as a list.
export const PROTOCOL_NUMBERS = {
  tcp: PROTOCOL_TCP, udp: PROTOCOL_UDP, icmp: PROTOCOL_ICMP, sctp: PROTOCOL_SCTP,
  ...KERNEL_NAMES,
  ipencap,
  ggp: 3, st: 5, egp: 8, igp: 9, pup: 12, hmp: 20, 'xns-idp': 22, rdp: 27, 'iso-tp4': 29, dccp: 33, xtp: 36, ddp: 37,
  'idpr-cmtp': 38, 'ipv6-route': 43, 'ipv6-frag': 44, idrp: 45, rsvp: 46, skip: 57, 'ipv6-icmp': 58, 'ipv6-nonxt': 59,
  'ipv6-opts': 60, rspf: 73, vmtp: 81, eigrp: 88, 'ax.25': 93, ipip: 94, etherip: 97, encap: 98, vrrp: 112, isis: 124,
  fc: 133, 'mobility-header': 135, udplite: 136, 'mpls-in-ip': 137, manet: 138, hip: 139, shim6: 140, wesp: 141,
  rohc: 142, ethernet: 143,
} as const;

export type ProtocolName = keyof typeof PROTOCOL_NUMBERS;

export const PROTOCOL_NAMES = Object.keys(PROTOCOL_NUMBERS) as readonly ProtocolName[];

/** A protocol in a rule: by its name where /etc/protocols has one, else by its number (up to 255). */
export type Protocol = ProtocolName | number;

export function protocolNumber(protocol: Protocol): number {
  return typeof protocol === 'number' ? protocol : PROTOCOL_NUMBERS[protocol];
}
