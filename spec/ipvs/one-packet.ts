import { PROTOCOL_UDP } from '../wire/ipv4.ts';
import type { Ends, IpVsService } from './types.ts';

/** Whether a service gives a packet a connection of its own: only datagrams can do without (IP_VS_SVC_F_ONEPACKET). */
export function isOnePacket({ onePacket }: IpVsService, { protocol }: Ends): boolean {
  return onePacket && protocol === PROTOCOL_UDP;
}
