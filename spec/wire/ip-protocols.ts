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
} from './ipv4.ts';

/**
 * Protocols by the kernel's names for them, in small letters; a packet may be of many others. Those that the kernel has
 * no name for are IANA's. Source: include/uapi/linux/in.h, IPPROTO_….
 */
export const IP_PROTOCOLS = {
  igmp: PROTOCOL_IGMP,
  ipip: PROTOCOL_IPIP,
  ipv6: PROTOCOL_IPV6,
  gre: PROTOCOL_GRE,
  esp: PROTOCOL_ESP,
  ah: PROTOCOL_AH,
  ospf: 89,
  pim: PROTOCOL_PIM,
  ipcomp: 108,
  l2tp: 115,
} as const;

/**
 * What a packet of some other protocol cannot be of: those that have words of their own (ICMP, TCP, UDP, SCTP), and
 * those in which conntrack looks for ports and types that the reference does not (DCCP, ICMPv6, UDP-Lite).
 */
export const NOT_OTHER: ReadonlySet<number> = new Set([
  ...[PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_SCTP],
  ...[33, 58, 136],
]);
