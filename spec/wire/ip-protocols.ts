/** Protocols by the names that /etc/protocols has for them, in small letters; a packet may be of many others. */
export const IP_PROTOCOLS = {
  igmp: 2,
  ipip: 4,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  ospf: 89,
  pim: 103,
  ipcomp: 108,
  l2tp: 115,
} as const;

/**
 * What a packet of some other protocol cannot be of: those that have words of their own (ICMP, TCP, UDP, SCTP), and
 * those in which conntrack looks for ports and types that the reference does not (DCCP, ICMPv6, UDP-Lite).
 */
export const NOT_OTHER: ReadonlySet<number> = new Set([1, 6, 17, 132, 33, 58, 136]);
