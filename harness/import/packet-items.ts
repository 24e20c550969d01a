import { usualLength } from '../../spec/config/named-text.ts';
import type {
  Datagram,
  Echo,
  IcmpError,
  OtherPacket,
  PacketItem,
  PacketOfFlow,
  SctpChunks,
  Segment,
} from '../../spec/scenario.ts';
import { ICMP_HEADER_BYTES } from '../../spec/wire/icmp.ts';
import { SCTP_CHUNK_TYPES, type SctpChunkName, sctpChunks, verificationTag } from '../../spec/wire/sctp.ts';
import { ACK, FIN, PSH, parseTcpHeader, TCP_HEADER_BYTES, tcpHeaderBytes } from '../../spec/wire/tcp.ts';
import { UDP_HEADER_BYTES } from '../../spec/wire/udp.ts';
import type { Casting } from './casting.ts';
import type { Conversation, Exchange } from './exchange.ts';
import type { Ear } from './ftp-numbering.ts';
import { otherData } from './other-data.ts';
import { type CapturedPacket, isFragment } from './packet.ts';

/** What a frame takes behind the IP header. */
const FRAME_BYTES = 1480;
const USUAL_TTL = 64;

/** What the packets of a capture are in a scenario. */
export interface Wording {
  readonly flow: string;
  /** Of the datagram that it is a fragment of: how many bytes it has, and its first fragment. */
  readonly whole: { readonly length: number; readonly first: Uint8Array | undefined } | undefined;
  readonly payloads: boolean;
  /** The server that sends it, where it is not the one that the flow was forwarded to. */
  readonly by: string | undefined;
  /** What it says, where that is told as text, with names for addresses. */
  readonly line: string | undefined;
  readonly casting: Casting;
  /** Where a number relative to an isn is in the scenario. */
  readonly moved: (ear: Ear, from: PacketOfFlow['from'], position: number) => number;
}

/** The items that send this packet once more: several where a network card had put segments together. */
export function itemsOf({ packet, classified, conversation }: Exchange, wording: Wording): PacketItem[] {
  const head = headOf(packet, classified.from, wording);
  const { error, echo, other } = classified;
  if (error) return [icmpItem(head, error)];
  if (other) return [otherItem(head, packet, wording)];
  if (echo) return [echoItem(head, packet, { ...echo, wording })];
  if (classified.protocol === 'sctp') return sctpItems(head, packet, conversation.isn);
  if (classified.protocol === 'udp') return [datagram(head, packet, wording)];
  const segment = segmentOf(head, packet, conversation, wording);
  return segment ? pieces(segment) : [];
}

function headOf(packet: CapturedPacket, from: PacketOfFlow['from'], { flow, by }: Wording): PacketOfFlow {
  return {
    flow,
    from,
    ...(by === undefined ? {} : { by }),
    ...(packet.ttl === USUAL_TTL ? {} : { ttl: packet.ttl }),
    ...(packet.tos === 0 ? {} : { tos: packet.tos }),
    ...(packet.dontFragment ? {} : { mayFragment: true }),
    ...(isFragment(packet) && {
      id: packet.id,
      fragment: { offset: packet.offset, length: Math.min(packet.length, FRAME_BYTES) },
    }),
    ...(packet.moreFragments && { moreFragments: true }),
  };
}

/** What is said of a datagram of which this may be a part. */
function wholeLength(packet: CapturedPacket, header: number, { whole }: Wording): number {
  return Math.max(0, (whole?.length ?? packet.length) - header);
}

function datagram(head: PacketOfFlow, packet: CapturedPacket, wording: Wording): Datagram {
  const length = wholeLength(packet, UDP_HEADER_BYTES, wording);
  const noChecksum =
    packet.offset === 0 && packet.body.length >= 8 && packet.body[6] === 0 && packet.body[7] === 0;
  return {
    kind: 'datagram',
    ...head,
    length: head.fragment ? length : Math.min(length, FRAME_BYTES - UDP_HEADER_BYTES),
    ...(wording.payloads && dataOf(packet, UDP_HEADER_BYTES)),
    ...(noChecksum && { noChecksum: true }),
  };
}

function echoItem(
  head: PacketOfFlow,
  packet: CapturedPacket,
  { message, seq, wording }: Pick<Echo, 'message' | 'seq'> & { readonly wording: Wording },
): Echo {
  const length = wholeLength(packet, ICMP_HEADER_BYTES, wording);
  return { kind: 'echo', ...head, message, seq, length: Math.min(length, FRAME_BYTES - ICMP_HEADER_BYTES) };
}

function otherItem(head: PacketOfFlow, packet: CapturedPacket, wording: Wording): OtherPacket {
  const all = wholeLength(packet, 0, wording);
  const length = head.fragment ? all : Math.min(all, FRAME_BYTES);
  const { protocol } = packet;
  const given = wording.whole ? wording.whole.first : packet.body;
  const data = given && otherData({ protocol, length, given }, wording);
  return { kind: 'other', ...head, protocol, length, ...(data && { data }) };
}

const CHUNK_NAMES = new Map(
  Object.entries(SCTP_CHUNK_TYPES).map(([name, type]) => [type as number, name as SctpChunkName]),
);

/** None for fragments and for chunks that no scenario has, such as those about ECN. */
function sctpItems(head: PacketOfFlow, { body }: CapturedPacket, isn: Conversation['isn']): SctpChunks[] {
  const chunks = [...sctpChunks(body)].map(({ type }) => CHUNK_NAMES.get(type));
  if (head.fragment || chunks.length === 0 || !chunks.every((name) => name !== undefined)) return [];
  const peer = head.from === 'client' ? isn.server : isn.client;
  const tag = verificationTag(body);
  const usual = chunks.includes('INIT') ? 0 : peer;
  return [{ kind: 'sctp', ...head, chunks, ...(tag === usual ? {} : { tag }) }];
}

function icmpItem(
  head: PacketOfFlow,
  { type, code, mtu }: { type: number; code: number; mtu: number },
): IcmpError {
  return { kind: 'icmp', ...head, type, code, ...(mtu === 0 ? {} : { mtu }) };
}

/** Undefined where its header is cut, or nobody saw it: such a packet says nothing. */
function segmentOf(
  head: PacketOfFlow,
  packet: CapturedPacket,
  { isn }: Conversation,
  wording: Wording,
): Segment | undefined {
  const first = wording.whole ? wording.whole.first : packet.body;
  const tcp = first && parseTcpHeader(first);
  if (!tcp) return undefined;
  const peer = head.from === 'client' ? 'server' : 'client';
  const seq = (tcp.seq - (isn[head.from] ?? tcp.seq)) | 0;
  const ack = tcp.flags & ACK || tcp.ack !== 0 ? (tcp.ack - (isn[peer] ?? tcp.ack)) | 0 : 0;
  const header = Math.max(TCP_HEADER_BYTES, tcpHeaderBytes(first));
  const { line } = wording;
  return {
    kind: 'segment',
    ...head,
    flags: tcp.flags,
    seq: wording.moved('said', head.from, seq),
    ack: wording.moved('heard', peer, ack),
    window: tcp.window,
    ...(line === undefined
      ? { length: wholeLength(packet, header, wording), ...(wording.payloads && dataOf(packet, header)) }
      : {
          length: wording.whole ? wholeLength(packet, header, wording) : usualLength(line, head.from),
          text: line,
        }),
    options: tcp.options,
  };
}

/** Longer payloads are for no reader: they are left blank. */
const MOST_DATA_BYTES = 200;

/** What was captured of the payload. */
function dataOf({ body, offset }: CapturedPacket, header: number): { data?: Uint8Array } {
  const data = offset === 0 ? body.slice(header) : new Uint8Array(0);
  return data.length === 0 || data.length > MOST_DATA_BYTES ? {} : { data };
}

/** Segments that fit into a frame; only the last one ends anything. */
function pieces(segment: Segment): Segment[] {
  const room = FRAME_BYTES - headerBytes(segment);
  if (segment.fragment || segment.length <= room) return [segment];
  return Array.from({ length: Math.ceil(segment.length / room) }, (_, index): Segment => {
    const at = index * room;
    const last = at + room >= segment.length;
    const { data, ...rest } = segment;
    const part = data?.slice(at, at + room) ?? new Uint8Array(0);
    return {
      ...rest,
      flags: last ? segment.flags : segment.flags & ~(FIN | PSH),
      seq: segment.seq + at,
      length: last ? segment.length - at : room,
      ...(part.length > 0 && { data: part }),
    };
  });
}

/** With as many options as TCP takes. */
const headerBytes = ({ options }: Segment): number => TCP_HEADER_BYTES + (options.length === 0 ? 0 : 40);
