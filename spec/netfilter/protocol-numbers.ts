import type { ProtocolMatch } from '../config/rules.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';

/** What iptables' words for protocols stand for. */
export const PROTOCOL_NUMBERS: Readonly<Record<ProtocolMatch['protocol'], number>> = {
  tcp: PROTOCOL_TCP,
  udp: PROTOCOL_UDP,
  icmp: PROTOCOL_ICMP,
};
