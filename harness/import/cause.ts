import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import { ACK, parseTcpHeader, RST, TCP_HEADER_BYTES, tcpHeaderBytes } from '../../spec/wire/tcp.ts';
import type { Classified } from './classify.ts';
import type { Answer, Exchange } from './exchange.ts';
import { isControl } from './ftp-control.ts';
import { type CapturedPacket, isFragment } from './packet.ts';

/** A packet that comes twice within this time, and is the same to the last bit of its header, was captured twice. */
const DOUBLE_MICROSECONDS = 2_000;

export function isDouble(one: CapturedPacket, other: CapturedPacket): boolean {
  return (
    one !== other &&
    other.at - one.at <= DOUBLE_MICROSECONDS &&
    one.id === other.id &&
    one.ttl === other.ttl &&
    one.offset === other.offset &&
    one.length === other.length &&
    one.source === other.source &&
    one.destination === other.destination &&
    Buffer.compare(one.body, other.body) === 0
  );
}

export interface Cause {
  readonly exchange: Exchange;
  readonly kind: Answer['kind'];
  /** It is that packet, and not one that may have been made of it. */
  readonly exact: boolean;
}

/** Which packet made the director send this one: the one that it is, or the one that it answers. */
export function causeOf(
  packet: CapturedPacket,
  classified: Classified,
  recent: readonly Exchange[],
): Cause | undefined {
  const same = recent.filter((one) => one.classified.from === classified.from);
  const forwarded =
    same.findLast((one) => one.answers.length === 0 && isSame(one, packet, classified)) ??
    same.findLast((one) => isSame(one, packet, classified)) ??
    same.findLast((one) => overlaps(one.packet, packet));
  // Fragments may be put together before they are sent on: that happens when the last one has come.
  const latest = same.findLast((one) => isFragment(one.packet) && one.packet.id === packet.id);
  if (latest && (!forwarded || isFragment(forwarded.packet)))
    return { exchange: latest, kind: 'forwarded', exact: false };
  if (forwarded)
    return { exchange: forwarded, kind: 'forwarded', exact: isSame(forwarded, packet, classified) };
  const other = recent.filter((one) => one.classified.from !== classified.from && !one.classified.error);
  const { error, echo } = classified;
  if (echo && !error) {
    const asked = other.findLast((one) => one.classified.echo?.seq === echo.seq);
    return asked && { exchange: asked, kind: 'back', exact: false };
  }
  if (!error) return packet.protocol === PROTOCOL_TCP ? resetOf(packet, other) : undefined;
  const answered = other.findLast(({ packet: { id } }) => id === error.quoted.id);
  return answered && { exchange: answered, kind: 'back', exact: false };
}

/** A reset has the numbers of what it answers, which is no reset; on the way rules may have changed them. */
function resetOf(packet: CapturedPacket, others: readonly Exchange[]): Cause | undefined {
  const open = others.filter(({ answers }) => answers.length === 0);
  const told = open.findLast((one) => resets(one.packet, packet));
  // Of fragments only the first has numbers, and nobody answers before the last one has come.
  const exact = told && isFragment(told.packet) ? lastPieceOf(told, open) : told;
  const answered = exact ?? open.findLast((one) => !isReset(one.packet)) ?? open.at(-1);
  return answered && { exchange: answered, kind: 'back', exact: exact !== undefined };
}

function lastPieceOf({ packet: { id } }: Exchange, others: readonly Exchange[]): Exchange | undefined {
  return others.findLast(({ packet }) => isFragment(packet) && packet.id === id);
}

const isReset = ({ body, offset }: CapturedPacket): boolean =>
  offset === 0 && ((parseTcpHeader(body)?.flags ?? 0) & RST) !== 0;

/** RFC 9293, 3.5.2 */
function resets(came: CapturedPacket, left: CapturedPacket): boolean {
  const [asked, said] = [parseTcpHeader(came.body), parseTcpHeader(left.body)];
  if (!asked || !said || came.offset > 0 || !(said.flags & RST) || isReset(came)) return false;
  return asked.flags & ACK ? said.seq === asked.ack : said.seq === 0;
}

function isSame(one: Exchange, packet: CapturedPacket, { error, echo }: Classified): boolean {
  if (error || one.classified.error)
    return error?.type === one.classified.error?.type && error?.code === one.classified.error?.code;
  if (one.packet.offset !== packet.offset || one.classified.echo?.seq !== echo?.seq) return false;
  if (one.packet.protocol !== packet.protocol) return false;
  if (packet.protocol !== PROTOCOL_TCP || packet.offset > 0)
    return one.packet.id === packet.id && one.packet.length === packet.length;
  return (
    isSameSegment(one.packet, packet) ||
    (isControl(one.conversation.virtual) && isReworded(one.packet, packet))
  );
}

/** Whether one is the other on its way to or from a control connection's end that only rules know. */
export function isRewordedImage(one: Exchange, packet: CapturedPacket): boolean {
  const { source, destination, offset, protocol } = one.packet;
  return (
    isControl(one.conversation.virtual) &&
    protocol === PROTOCOL_TCP &&
    packet.protocol === PROTOCOL_TCP &&
    offset === packet.offset &&
    (source === packet.source || destination === packet.destination) &&
    isReworded(one.packet, packet)
  );
}

/** FTP's lines are rewritten, and all behind them has other numbers; whoever numbers packets at all is known by that. */
function isReworded(one: CapturedPacket, other: CapturedPacket): boolean {
  return (
    one.id !== 0 &&
    one.id === other.id &&
    parseTcpHeader(one.body)?.flags === parseTcpHeader(other.body)?.flags
  );
}

/** Whether a reset answers, at once, a packet that the director had not sent on: it may be the director's own. */
export function mayAnswer({ packet, classified, answers }: Exchange, reset: CapturedPacket): boolean {
  if (classified.from === 'server' || answers.length > 0 || packet.protocol !== PROTOCOL_TCP) return false;
  return reset.at - packet.at <= DOUBLE_MICROSECONDS && resets(packet, reset);
}

/** Options come and go on the way. */
function isSameSegment(one: CapturedPacket, other: CapturedPacket): boolean {
  const [a, b] = [parseTcpHeader(one.body), parseTcpHeader(other.body)];
  if (!a || !b || a.seq !== b.seq || a.ack !== b.ack || a.flags !== b.flags) return false;
  return dataBytes(one) === dataBytes(other);
}

/** Whether one is the other with other addresses, ports and checksums. */
export function isImage(one: CapturedPacket, other: CapturedPacket): boolean {
  if (one.protocol !== other.protocol || one.offset !== other.offset || one.id !== other.id) return false;
  if (one.protocol === PROTOCOL_TCP && one.offset === 0) return isSameSegment(one, other);
  return one.length === other.length && Buffer.compare(one.body.subarray(8), other.body.subarray(8)) === 0;
}

/** A card may have put segments together, or cut one, between the two places where they were seen. */
function overlaps(one: CapturedPacket, other: CapturedPacket): boolean {
  if (one.protocol !== PROTOCOL_TCP || other.protocol !== PROTOCOL_TCP) return false;
  if (one.offset > 0 || other.offset > 0) return false;
  const [a, b] = [spanOf(one), spanOf(other)];
  if (!a || !b || a.bytes === 0 || b.bytes === 0) return false;
  const ahead = (b.seq - a.seq) | 0;
  return ahead >= 0 ? ahead < a.bytes : -ahead < b.bytes;
}

function spanOf(packet: CapturedPacket): { seq: number; bytes: number } | undefined {
  const tcp = parseTcpHeader(packet.body);
  return tcp && { seq: tcp.seq, bytes: dataBytes(packet) };
}

function dataBytes({ body, length }: CapturedPacket): number {
  return length - Math.max(TCP_HEADER_BYTES, tcpHeaderBytes(body));
}
