import type { VirtualService } from '../../spec/config/services.ts';
import type { Endpoint, FlowProtocol } from '../../spec/scenario.ts';
import { PROTOCOL_TCP } from '../../spec/wire/ipv4.ts';
import {
  initiateTag,
  SCTP_CHUNK_TYPES,
  SCTP_HEADER_BYTES,
  sctpChunks,
  verificationTag,
} from '../../spec/wire/sctp.ts';
import { ACK, parseTcpHeader, SYN } from '../../spec/wire/tcp.ts';
import type { Classified, Classifier } from './classify.ts';
import { isOnWayIn } from './direction.ts';
import type { CapturedPacket } from './packet.ts';

/** One flow of a client to a service, of which the capture has the beginning. */
export interface Conversation {
  readonly protocol: FlowProtocol;
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly service: VirtualService;
  readonly isn: { client: number; server: number | undefined };
}

/** A packet that reached the director, and what the director sent for it. */
export interface Exchange {
  readonly conversation: Conversation;
  readonly packet: CapturedPacket;
  readonly classified: Classified;
  readonly answers: Answer[];
}

/** `forwarded` went on to the other side, `back` to whoever had sent the packet. */
export interface Answer {
  readonly kind: 'forwarded' | 'back';
  readonly packet: CapturedPacket;
  readonly classified: Classified;
}

/** All that a capture shows of a director at work. */
export interface Traffic {
  readonly exchanges: readonly Exchange[];
  /** Sides on which anything was seen; of others nobody can say that nothing went there. */
  readonly seen: { client: boolean; server: boolean };
  /** Packets of flows that began before the capture did. */
  readonly headless: number;
  /** Frames that were captured twice, on a device and on one below it. */
  readonly doubles: number;
}

/** A packet that comes twice within this time, and is the same to the last bit of its header, was captured twice. */
const DOUBLE_MICROSECONDS = 2_000;

/** What a director does with a packet it does soon. */
const SOON_MICROSECONDS = 2_000_000;

export function conversationsOf(packets: readonly CapturedPacket[], classifier: Classifier): Traffic {
  const book = new Book();
  for (const packet of packets.toSorted((one, other) => one.at - other.at)) {
    const classified = packet.way === 'passing' ? undefined : classifier.classify(packet);
    if (classified) book.note(packet, classified);
  }
  return book.traffic();
}

interface Open {
  readonly conversation: Conversation;
  readonly exchanges: Exchange[];
}

class Book {
  readonly #exchanges: Exchange[] = [];
  /** By protocol and client, the newest first. */
  readonly #open = new Map<string, Open[]>();
  readonly #seen = { client: false, server: false };
  readonly #cards = new Set<string>();
  #headless = 0;
  #doubles = 0;

  traffic(): Traffic {
    return {
      exchanges: this.#exchanges,
      seen: this.#seen,
      headless: this.#headless,
      doubles: this.#doubles,
    };
  }

  note(packet: CapturedPacket, classified: Classified): void {
    const open = this.#openFor(classified);
    const before = open?.exchanges.map((one) => one.packet) ?? [];
    const comesIn = isOnWayIn(packet, classified, { before, cards: this.#cards });
    if (comesIn === undefined) return;
    if (comesIn) this.#noteIn(open, packet, classified);
    else if (open) this.#noteOut(open, packet, classified);
  }

  /** The client's conversation with that virtual service, or its newest with one that has the real server. */
  #openFor(classified: Classified): Open | undefined {
    const { far } = classified;
    const mine = this.#open.get(keyOf(classified)) ?? [];
    return mine.find(({ conversation: { virtual, service } }) =>
      far.kind === 'virtual'
        ? virtual.address === far.address && virtual.port === far.port
        : service.dests.some(({ address, port }) => address === far.address && [0, far.port].includes(port)),
    );
  }

  #noteIn(open: Open | undefined, packet: CapturedPacket, classified: Classified): void {
    if (open?.exchanges.some((one) => isDouble(one.packet, packet))) {
      this.#doubles += 1;
      return;
    }
    const current = this.#begun(open, packet, classified);
    if (!current) {
      if (classified.from === 'client') this.#headless += 1;
      return;
    }
    const { conversation } = current;
    this.#seen[classified.from] = true;
    noteServerIsn(conversation, packet, classified);
    const exchange: Exchange = { conversation, packet, classified, answers: [] };
    this.#exchanges.push(exchange);
    current.exchanges.push(exchange);
  }

  /** The open one; what begins a connection in another way than this one begins the next one. */
  #begun(open: Open | undefined, packet: CapturedPacket, classified: Classified): Open | undefined {
    const client = beginning(packet, classified);
    if (open && (client === undefined || client === open.conversation.isn.client)) return open;
    if (client === undefined) return undefined;
    const { protocol, service, far } = classified;
    const virtual = { address: far.address, port: far.port };
    const isn = { client, server: undefined };
    const next = {
      conversation: { protocol, client: classified.client, virtual, service, isn },
      exchanges: [],
    };
    const key = keyOf(classified);
    this.#open.set(key, [next, ...(this.#open.get(key) ?? [])]);
    return next;
  }

  #noteOut({ exchanges, conversation }: Open, packet: CapturedPacket, classified: Classified): void {
    const to = classified.from === 'client' ? 'server' : 'client';
    this.#seen[to] = true;
    const recent = exchanges.filter((one) => packet.at - one.packet.at <= SOON_MICROSECONDS);
    const cause = causeOf(packet, classified, recent);
    if (!cause) return;
    noteServerIsn(conversation, packet, classified);
    if (cause.exchange.answers.some((one) => isDouble(one.packet, packet))) this.#doubles += 1;
    else cause.exchange.answers.push({ kind: cause.kind, packet, classified });
  }
}

function keyOf({ protocol, echo, client: { address, port } }: Classified): string {
  return `${echo ? 'echo' : protocol} ${address}:${port}`;
}

/** The client's first sequence number, or tag, if this packet of it begins a conversation with a virtual service. */
function beginning({ body }: CapturedPacket, classified: Classified): number | undefined {
  const { protocol, from, far, error, echo } = classified;
  if (from !== 'client' || far.kind !== 'virtual' || error) return undefined;
  if (protocol === 'udp' || echo) return 0;
  if (protocol === 'sctp') return tagIn(body, 'INIT');
  const tcp = parseTcpHeader(body);
  return tcp !== undefined && (tcp.flags & (SYN | ACK)) === SYN ? tcp.seq : undefined;
}

/** The tag that the sender of INIT or INIT_ACK chose; undefined where the packet does not begin with such a chunk. */
function tagIn(body: Uint8Array, name: 'INIT' | 'INIT_ACK'): number | undefined {
  const [first] = sctpChunks(body);
  return first?.type === SCTP_CHUNK_TYPES[name] ? initiateTag(body, first) : undefined;
}

function isDouble(one: CapturedPacket, other: CapturedPacket): boolean {
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

/** What the server's side begins with, by what it says or else by what the client says of it. */
function noteServerIsn({ isn }: Conversation, { body }: CapturedPacket, classified: Classified): void {
  const { protocol, from, error, echo } = classified;
  if (error || echo) return;
  if (protocol === 'tcp') isn.server ??= tcpServerIsn(body, from);
  if (protocol === 'sctp') isn.server ??= sctpServerTag(body, from);
}

/** The sequence number of its SYN, or the one before what the client acknowledges. */
function tcpServerIsn(body: Uint8Array, from: Classified['from']): number | undefined {
  const tcp = parseTcpHeader(body);
  if (!tcp) return undefined;
  if (from === 'server') return tcp.flags & SYN ? tcp.seq : undefined;
  return tcp.flags & ACK ? (tcp.ack - 1) >>> 0 : undefined;
}

function sctpServerTag(body: Uint8Array, from: Classified['from']): number | undefined {
  if (from === 'server') return tagIn(body, 'INIT_ACK');
  const tag = body.length >= SCTP_HEADER_BYTES ? verificationTag(body) : 0;
  return tag === 0 ? undefined : tag;
}

/** Which packet made the director send this one: the one that it is, or the one that it answers. */
function causeOf(
  packet: CapturedPacket,
  classified: Classified,
  recent: readonly Exchange[],
): { exchange: Exchange; kind: Answer['kind'] } | undefined {
  const same = recent.filter((one) => one.classified.from === classified.from);
  const forwarded =
    same.findLast((one) => one.answers.length === 0 && isSame(one, packet, classified)) ??
    same.findLast((one) => isSame(one, packet, classified)) ??
    same.findLast((one) => overlaps(one.packet, packet, classified));
  if (forwarded) return { exchange: forwarded, kind: 'forwarded' };
  const other = recent.filter((one) => one.classified.from !== classified.from && !one.classified.error);
  const { error, echo } = classified;
  if (echo && !error) {
    const asked = other.findLast((one) => one.classified.echo?.seq === echo.seq);
    return asked && { exchange: asked, kind: 'back' };
  }
  const answered = error
    ? other.findLast(({ packet: { id } }) => id === error.quoted.id)
    : packet.protocol === PROTOCOL_TCP && other.findLast(({ answers }) => answers.length === 0);
  return answered ? { exchange: answered, kind: 'back' } : undefined;
}

function isSame(one: Exchange, packet: CapturedPacket, { error, protocol, echo }: Classified): boolean {
  if (error || one.classified.error)
    return error?.type === one.classified.error?.type && error?.code === one.classified.error?.code;
  if (one.packet.offset !== packet.offset || one.packet.length !== packet.length) return false;
  if (one.classified.echo?.seq !== echo?.seq) return false;
  if (protocol !== 'tcp' || echo || packet.offset > 0) return one.packet.id === packet.id;
  const [a, b] = [parseTcpHeader(one.packet.body), parseTcpHeader(packet.body)];
  return a !== undefined && b !== undefined && a.seq === b.seq && a.ack === b.ack && a.flags === b.flags;
}

/** A card may have put segments together, or cut one, between the two places where they were seen. */
function overlaps(
  one: CapturedPacket,
  other: CapturedPacket,
  { protocol, error, echo }: Classified,
): boolean {
  if (protocol !== 'tcp' || error || echo || one.offset > 0 || other.offset > 0) return false;
  const [a, b] = [spanOf(one), spanOf(other)];
  if (!a || !b || a.bytes === 0 || b.bytes === 0) return false;
  const ahead = (b.seq - a.seq) | 0;
  return ahead >= 0 ? ahead < a.bytes : -ahead < b.bytes;
}

function spanOf({ body, length }: CapturedPacket): { seq: number; bytes: number } | undefined {
  const tcp = parseTcpHeader(body);
  return tcp && { seq: tcp.seq, bytes: length - (body[12]! >> 4) * 4 };
}
