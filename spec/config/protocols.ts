import {
  PROTOCOL_AH,
  PROTOCOL_ESP,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_IGMP,
  PROTOCOL_IPIP,
  PROTOCOL_IPV6,
  PROTOCOL_PIM,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../wire/ipv4.ts';

/** What iptables' words for protocols stand for: its own, and those of /etc/protocols, in which ipip is another one. */
export const PROTOCOL_NUMBERS = {
  tcp: PROTOCOL_TCP,
  udp: PROTOCOL_UDP,
  icmp: PROTOCOL_ICMP,
  sctp: PROTOCOL_SCTP,
  igmp: PROTOCOL_IGMP,
  ipencap: PROTOCOL_IPIP,
  ipv6: PROTOCOL_IPV6,
  gre: PROTOCOL_GRE,
  esp: PROTOCOL_ESP,
  ah: PROTOCOL_AH,
  ospf: 89,
  pim: PROTOCOL_PIM,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
} as const;

export type ProtocolName = keyof typeof PROTOCOL_NUMBERS;

export const PROTOCOL_NAMES = Object.keys(PROTOCOL_NUMBERS) as readonly ProtocolName[];
