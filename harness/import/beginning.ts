import {
  initiateTag,
  SCTP_CHUNK_TYPES,
  SCTP_HEADER_BYTES,
  sctpChunks,
  verificationTag,
} from '../../spec/wire/sctp.ts';
import { ACK, parseTcpHeader, RST, SYN } from '../../spec/wire/tcp.ts';
import type { Classified } from './classify.ts';
import type { Conversation } from './exchange.ts';
import type { CapturedPacket } from './packet.ts';

/** What begins a conversation, and what its ends count from. */

/**
 * The first sequence number, or tag, of this packet's sender if it begins a conversation: a client with a virtual
 * service, or a real server with a client that asked for it.
 */
export function beginning({ body, offset }: CapturedPacket, classified: Classified): number | undefined {
  const { protocol, from, far, error, echo, data } = classified;
  // Either end of a data connection may be the first, whoever was to be.
  if ((from === 'server' && !data) || error) return undefined;
  if (far.kind !== (from === 'client' ? 'virtual' : 'real')) return undefined;
  if (protocol === 'udp' || echo) return 0;
  if (offset > 0) return undefined;
  if (protocol === 'sctp') return tagIn(body, 'INIT');
  const tcp = parseTcpHeader(body);
  return tcp !== undefined && (tcp.flags & (SYN | ACK)) === SYN ? tcp.seq : undefined;
}

/**
 * A data connection was agreed upon; what its ends then send is the beginning of it, whatever it is. Of others a client's
 * SYN begins one that has an ACK, too.
 */
export function resuming({ body, offset }: CapturedPacket, classified: Classified): number | undefined {
  const { data, error, echo, from, far } = classified;
  const tcp = !error && !echo && offset === 0 ? parseTcpHeader(body) : undefined;
  if (!tcp) return undefined;
  const called = from === 'client' && far.kind === 'virtual' && (tcp.flags & (SYN | RST)) === SYN;
  return data || called ? (tcp.seq - (tcp.flags & SYN ? 0 : 1)) >>> 0 : undefined;
}

/** The tag that the sender of INIT or INIT_ACK chose; undefined where the packet does not begin with such a chunk. */
function tagIn(body: Uint8Array, name: 'INIT' | 'INIT_ACK'): number | undefined {
  const [first] = sctpChunks(body);
  return first?.type === SCTP_CHUNK_TYPES[name] ? initiateTag(body, first) : undefined;
}

/** What each side begins with, by what it says or else by what the other one says of it. */
export function noteIsn(
  { isn }: Conversation,
  { body, offset }: CapturedPacket,
  classified: Classified,
): void {
  const { protocol, from, error, echo, other } = classified;
  if (error || echo || other || offset > 0) return;
  const tcp = protocol === 'tcp' ? parseTcpHeader(body) : undefined;
  if (tcp && tcp.flags & SYN) isn[from] ??= tcp.seq;
  if (tcp && tcp.flags & ACK) isn[from === 'client' ? 'server' : 'client'] ??= (tcp.ack - 1) >>> 0;
  if (protocol === 'sctp') isn.server ??= sctpServerTag(body, from);
}

function sctpServerTag(body: Uint8Array, from: Classified['from']): number | undefined {
  if (from === 'server') return tagIn(body, 'INIT_ACK');
  const tag = body.length >= SCTP_HEADER_BYTES ? verificationTag(body) : 0;
  return tag === 0 ? undefined : tag;
}
