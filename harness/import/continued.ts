import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import { ACK, parseTcpHeader, SYN } from '../../spec/wire/tcp.ts';
import type { Classified } from './classify.ts';
import type { Conversation, Exchange, Open } from './exchange.ts';
import { type CapturedPacket, isFragment } from './packet.ts';

/** Of several connections between the same ends an older one may go on: the one that knows the client's numbers. */
export function continuedBy(
  calling: readonly Open[],
  { protocol, body, offset, id }: CapturedPacket,
  { from }: Classified,
): Open | undefined {
  // Of its numbers a later fragment says nothing.
  const isPiece = ({ packet }: Exchange) => isFragment(packet) && packet.id === id;
  if (offset > 0) return calling.find(({ exchanges }) => exchanges.some(isPiece));
  const tcp =
    protocol === PROTOCOL_TCP && from === 'client' && offset === 0 ? parseTcpHeader(body) : undefined;
  if (!tcp) return undefined;
  const isNear = (number: number, isn: number | undefined) => isn !== undefined && (number - isn) >>> 0 < FAR;
  return calling.find(({ conversation: { isn } }) => isNear(tcp.seq, isn.client));
}

/** No side of a connection that was captured from its beginning gets further. */
const FAR = 0x1000000;

/** Whether a segment acknowledges what the other end of this connection may have said, and its own end has begun, or does. */
export function fitsNumbers(
  { protocol, isn }: Conversation,
  { body, offset }: CapturedPacket,
  from: Classified['from'],
): boolean {
  const tcp = protocol === 'tcp' && offset === 0 ? parseTcpHeader(body) : undefined;
  const peer = isn[from === 'client' ? 'server' : 'client'];
  if (!tcp || (isn[from] === undefined && !(tcp.flags & SYN))) return false;
  return (tcp.flags & ACK) !== 0 && peer !== undefined && (tcp.ack - peer) >>> 0 < FAR;
}
