import type { Endpoint } from '../../spec/scenario.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { PROTOCOL_AH, PROTOCOL_ESP } from '../../spec/wire/ipv4.ts';
import { Aliases } from './aliases.ts';
import { beginning, noteIsn, resuming } from './beginning.ts';
import { type Cause, causeOf, isDouble, isImage, isRewordedImage, mayAnswer } from './cause.ts';
import { type Classified, type Classifier, kindOf } from './classify.ts';
import { continuedBy, fitsNumbers } from './continued.ts';
import { Controls } from './controls.ts';
import { passedOnAmong, wayOf } from './direction.ts';
import type { Conversation, Exchange, Open } from './exchange.ts';
import { type CapturedPacket, isFragment } from './packet.ts';

/** All that a capture shows of a director at work. */
export interface Traffic {
  readonly exchanges: readonly Exchange[];
  /** Sides on which anything was seen; of others nobody can say that nothing went there. */
  readonly seen: { client: boolean; server: boolean };
  /** Packets of flows that began before the capture did. */
  readonly headless: number;
  /** Frames that were captured twice, on a device and on one below it. */
  readonly doubles: number;
  /** Packets to real servers by their own names, of clients who talk to services from the same port. */
  readonly direct: number;
}

/** What a director does with a packet it does soon. */
const SOON_MICROSECONDS = 2_000_000;

export function conversationsOf(packets: readonly CapturedPacket[], classifier: Classifier): Traffic {
  const inOrder = packets.toSorted((one, other) => one.at - other.at);
  const book = new Book(classifier, {
    passedOn: passedOnAmong(inOrder),
    callers: callersAmong(inOrder, classifier),
  });
  for (const packet of inOrder) {
    if (packet.way !== 'passing') book.note(packet);
  }
  return book.traffic();
}

/** What is known of the whole capture before its first packet is looked at. */
interface Foreknown {
  readonly passedOn: ReadonlySet<CapturedPacket>;
  /** Who sends anything to a service. */
  readonly callers: ReadonlySet<Ipv4>;
}

function callersAmong(packets: readonly CapturedPacket[], classifier: Classifier): Set<Ipv4> {
  const seen = packets.flatMap((packet) => classifier.classify(packet) ?? []);
  const calls = seen.filter(({ from, far, error }) => from === 'client' && far.kind === 'virtual' && !error);
  return new Set(calls.map(({ client }) => client.address));
}

class Book {
  readonly #classifier: Classifier;
  readonly #passedOn: Foreknown['passedOn'];
  readonly #callers: Foreknown['callers'];
  readonly #exchanges: Exchange[] = [];
  /** By kind and client, the newest first. */
  readonly #open = new Map<string, Open[]>();
  /** By the client's address, the newest first. */
  readonly #ofClient = new Map<Ipv4, Open[]>();
  readonly #seen = { client: false, server: false };
  readonly #cards = new Set<string>();
  readonly #controls = new Controls();
  readonly #aliases = new Aliases();
  /** By kind and client, who may own one of two connections that conntrack takes for the same. */
  readonly #direct = new Map<string, CapturedPacket[]>();
  /** Both ends of what was open before the capture began. */
  readonly #unknown = new Set<string>();
  /** By its identification, what real servers said last on connections that nobody knows. */
  readonly #leftOut = new Map<number, CapturedPacket>();
  #headless = 0;
  #doubles = 0;

  constructor(classifier: Classifier, { passedOn, callers }: Foreknown) {
    this.#classifier = classifier;
    this.#passedOn = passedOn;
    this.#callers = callers;
  }

  traffic(): Traffic {
    return {
      exchanges: this.#exchanges,
      seen: this.#seen,
      headless: this.#headless,
      doubles: this.#doubles,
      direct: [...this.#direct].flatMap(([key, packets]) => (this.#open.has(key) ? packets : [])).length,
    };
  }

  note(packet: CapturedPacket): void {
    const shown = this.#classify(packet);
    const classified = shown && this.#aliases.asClientKnows(shown);
    const opens = classified ? this.#opensFor(packet, classified) : [];
    // Whom the director shows may be another client's mask by now.
    if (classified !== shown || opens.length === 0) {
      const image = packet.way === 'in' ? undefined : this.#imageOf(packet);
      if (image) return this.#noteImage(image, packet, shown);
    }
    if (classified) this.#noteClassified(opens, packet, classified);
    // A piece of what a tunnel made too large: nobody can say of what.
    else if (isFragment(packet)) noteDoubt(this.#exchanges, packet);
  }

  #noteClassified(opens: readonly Open[], packet: CapturedPacket, classified: Classified): void {
    const [open] = opens;
    const before = opens.flatMap(({ exchanges }) =>
      exchanges.filter((one) => one.classified.from === classified.from).map((one) => one.packet),
    );
    const way = wayOf(packet, classified, { before, cards: this.#cards, passedOn: this.#passedOn });
    const last = open?.exchanges.at(-1);
    const isOwn = !isTold(packet) && classified.from === 'server' && last && mayAnswer(last, packet);
    if (way === 'in' && isOwn) last.doubtful = true;
    else if (way === 'in') this.#noteIn(open, packet, classified);
    else if (way === 'out') this.#noteOut(opens, packet, classified);
    else if (way === 'unknown') noteDoubt(open?.exchanges ?? [], packet);
  }

  /** By the services, or by what rules were seen to make of their packets. */
  #classify(packet: CapturedPacket): Classified | undefined {
    const byAlias = (one: CapturedPacket) => {
      const ends = this.#classifier.endsOf(one);
      return ends && this.#aliases.fromServer(ends);
    };
    return (
      this.#classifier.classify(packet) ?? byAlias(packet) ?? this.#classifier.errorAbout(packet, byAlias)
    );
  }

  /** What came in and left with addresses that tell nothing of it: rules had translated them. */
  #imageOf(packet: CapturedPacket): Exchange | undefined {
    const image = this.#exchanges.findLast(
      (one) =>
        packet.at - one.packet.at <= SOON_MICROSECONDS &&
        one.answers.length === 0 &&
        (isImage(one.packet, packet) || isRewordedImage(one, packet)) &&
        !isDouble(one.packet, packet),
    );
    return image && isFragment(packet) ? this.#lastPiece(image) : image;
  }

  /** Fragments are put together before they are sent on, when the last one has come. */
  #lastPiece({ conversation, packet: { id } }: Exchange): Exchange | undefined {
    return this.#exchanges.findLast(
      (one) => one.conversation === conversation && isFragment(one.packet) && one.packet.id === id,
    );
  }

  #noteImage(cause: Exchange, packet: CapturedPacket, classified: Classified | undefined): void {
    const { client } = cause.conversation;
    const { from } = cause.classified;
    this.#seen[from === 'client' ? 'server' : 'client'] = true;
    if (classified) {
      if (classified.far.kind === 'real' && from === 'client') this.#aliases.noteClient(classified, cause);
      cause.answers.push({ kind: 'forwarded', packet, classified: { ...classified, client } });
      return;
    }
    const ends = from === 'client' ? this.#classifier.endsOf(packet) : undefined;
    const image = ends ? this.#aliases.noteServer(ends, cause) : cause.classified;
    cause.answers.push({ kind: 'translated', packet, classified: image });
  }

  /** The client's conversations that it may be of, the newest first, but before it those that have reached that server. */
  #opensFor(packet: CapturedPacket, classified: Classified): Open[] {
    const { far } = classified;
    if (classified.other) return this.#opensWithin(classified, classified.other.protocol);
    const mine = this.#open.get(keyOf(classified)) ?? [];
    if (far.kind === 'virtual') {
      const calling = mine.filter(
        ({ conversation: { virtual } }) => virtual.address === far.address && virtual.port === far.port,
      );
      return firstFirst(calling, continuedBy(calling, packet, classified));
    }
    const headed = this.#classifier.headed(packet);
    const fits = (open: Open) => fitsNumbers(open.conversation, headed, classified.from);
    const having = mine.filter(
      (open) =>
        hasReached(open, far) ||
        open.conversation.service.dests.some(
          ({ address, port }) => address === far.address && [0, far.port].includes(port),
        ),
    );
    const reached = having.filter((open) => hasReached(open, far));
    return firstFirst(having, reached.find(fits) ?? having.find(fits) ?? reached[0]);
  }

  /** What has no ports goes with any flow between its ends, that of IPsec with the one on which its keys were agreed. */
  #opensWithin({ client, far }: Classified, protocol: number): Open[] {
    const mine = this.#ofClient.get(client.address) ?? [];
    const hasIt = (address: Ipv4) => address === far.address;
    if (far.kind === 'virtual') {
      const there = mine.filter(({ conversation: { virtual } }) => hasIt(virtual.address));
      const keys = IPSEC.has(protocol) ? there.find(agreesOnKeys) : undefined;
      return firstFirst(there, keys);
    }
    const reached = mine.filter(({ exchanges }) =>
      exchanges.some((one) => goneTo(one).some(({ address }) => hasIt(address))),
    );
    const others = mine.filter(({ conversation: { service } }) =>
      service.dests.some(({ address }) => hasIt(address)),
    );
    return [...new Set([...reached, ...others])];
  }

  #noteIn(open: Open | undefined, packet: CapturedPacket, classified: Classified): void {
    const key = keyOf(classified);
    // Who calls a real server by its own name has no business with the service, nor has what the server answers.
    const direct = this.#direct.get(key) ?? [];
    const answers = direct.some(({ destination }) => destination === packet.source);
    const isOpenToAll = classified.other !== undefined || !isTold(packet);
    if (classified.far.kind === 'real' && (classified.from === 'client' || (isOpenToAll && answers))) {
      this.#direct.set(key, [...direct, packet]);
      if (classified.from === 'client' && !classified.error) this.#controls.noteDirect(classified, packet);
      return;
    }
    if (open?.exchanges.some((one) => isDouble(one.packet, packet))) {
      this.#doubles += 1;
      return;
    }
    const current = this.#begun(open, packet, classified);
    if (!current) {
      if (classified.from === 'client') {
        this.#headless += 1;
        this.#unknown.add(endsKey(classified, classified.far));
      } else this.#leftOut.set(packet.id, packet);
      return;
    }
    const { conversation } = current;
    this.#seen[classified.from] = true;
    if (packet.macs) this.#cards.add(packet.macs.destination);
    noteIsn(conversation, packet, classified);
    if (!classified.error) this.#controls.note(conversation, packet, 'said');
    const exchange: Exchange = {
      conversation,
      packet,
      classified,
      answers: [],
      doubtful: this.#direct.has(keyOf(classified)),
    };
    this.#exchanges.push(exchange);
    current.exchanges.push(exchange);
  }

  /** The open one; what begins a connection in another way than this one begins the next one. */
  #begun(open: Open | undefined, packet: CapturedPacket, classified: Classified): Open | undefined {
    const { protocol, service, from, client, far, data } = classified;
    if (classified.other) return open ?? this.#begunWithoutPorts(classified, classified.other);
    const first = beginning(packet, classified) ?? (open ? undefined : resuming(packet, classified));
    if (open && (first === undefined || first === (open.conversation.isn[from] ?? first))) return open;
    const control = this.#controls.of(classified, (one) => this.#reached(one, far));
    if (first === undefined || (data && !control)) return undefined;
    const { port } = data?.virtual ?? far;
    const { address } = control?.virtual ?? far;
    const conversation = {
      ...{ protocol, client, service, virtual: { address, port } },
      isn: { client: undefined, server: undefined, [from]: first },
      ...(data && control && { data: { opener: data.opener, control } }),
      ...(this.#unknown.has(endsKey(classified, { address, port })) && { isAfterUnknown: true as const }),
    };
    this.#controls.begin(conversation);
    return this.#begin(conversation, classified);
  }

  /** Of a client and a service; a server may be the first to speak, but to nobody who is no client. */
  #begunWithoutPorts(classified: Classified, { ends }: Required<Classified>['other']): Open | undefined {
    const { protocol, service, from, far, client, error } = classified;
    const isFirst =
      from === 'client' ? far.kind === 'virtual' : far.kind === 'real' && this.#callers.has(client.address);
    if (error || !isFirst) return undefined;
    const isn = { client: undefined, server: undefined };
    return this.#begin({ protocol, service, isn, ...ends }, classified);
  }

  #begin(conversation: Conversation, classified: Classified): Open {
    const next = { conversation, exchanges: [] };
    const key = keyOf(classified);
    this.#open.set(key, [next, ...(this.#open.get(key) ?? [])]);
    const { address } = conversation.client;
    this.#ofClient.set(address, [next, ...(this.#ofClient.get(address) ?? [])]);
    return next;
  }

  /** Whether what the client said on it went to that host. */
  #reached(conversation: Conversation, { address }: Endpoint): boolean {
    const mine = this.#exchanges.filter((one) => one.conversation === conversation);
    return mine.some((one) => goneTo(one).some((far) => far.address === address));
  }

  #noteOut(opens: readonly Open[], packet: CapturedPacket, classified: Classified): void {
    const direct = this.#direct.get(keyOf(classified)) ?? [];
    const cause = this.#causeOf(opens, packet, classified);
    if (!cause && opens.length === 0) return;
    const leftOut = this.#leftOut.get(packet.id);
    if ([...direct, ...(leftOut ? [leftOut] : [])].some((one) => isSentOn(one, packet))) return;
    this.#seen[classified.from === 'client' ? 'server' : 'client'] = true;
    if (!cause) return;
    noteIsn(cause.exchange.conversation, packet, classified);
    if (cause.kind === 'forwarded' && !classified.error)
      this.#controls.note(cause.exchange.conversation, packet, 'heard');
    if (cause.exchange.answers.some((one) => isDouble(one.packet, packet))) this.#doubles += 1;
    else cause.exchange.answers.push({ kind: cause.kind, packet, classified });
  }

  /** What the client has open of that kind, the newest first. */
  #allOf(classified: Classified): readonly Open[] {
    const { client, other } = classified;
    return (other ? this.#ofClient.get(client.address) : this.#open.get(keyOf(classified))) ?? [];
  }

  /** Of an older conversation it can be what went on; answers are the newest one's. */
  #causeOf(opens: readonly Open[], packet: CapturedPacket, classified: Classified): Cause | undefined {
    const among = (some: readonly Open[]) =>
      some.flatMap(({ exchanges }) => {
        const recent = exchanges.filter((one) => packet.at - one.packet.at <= SOON_MICROSECONDS);
        return causeOf(packet, classified, recent) ?? [];
      });
    const causes = among(opens);
    const isIt = ({ exact, exchange }: Cause) => exact && exchange.packet.id === packet.id;
    const it = causes.find(isIt);
    if (it) return it;
    // Who calls two services from one port may hear of one of them what a server said for the other; marks may lead a call to
    // the servers of another service.
    const others = this.#allOf(classified).filter((one) => !opens.includes(one));
    const taken = among(others).filter(({ exact, kind }) => exact && kind === 'forwarded');
    const exact = taken.find(isIt) ?? causes.find((one) => one.exact);
    if (exact) return exact;
    // To who calls a real server by its own address it answers by that, too.
    const own = classified.from === 'server' && classified.far.kind === 'real';
    if (taken.length > 0 || (own && this.#direct.has(keyOf(classified)))) return taken[0];
    return causes.find(({ kind }) => kind === 'forwarded') ?? causes[0];
  }
}

/** Whether this is that packet behind the director, which translated nothing. */
function isSentOn(one: CapturedPacket, packet: CapturedPacket): boolean {
  return (
    packet.at - one.at <= SOON_MICROSECONDS &&
    one.source === packet.source &&
    one.destination === packet.destination &&
    isImage(one, packet)
  );
}

/** What follows the connection on which its keys were agreed (ip_vs_proto_ah_esp). */
const IPSEC: ReadonlySet<number> = new Set([PROTOCOL_ESP, PROTOCOL_AH]);
const ISAKMP_PORT = 500;

const agreesOnKeys = ({ conversation: { protocol, virtual } }: Open): boolean =>
  protocol === 'udp' && virtual.port === ISAKMP_PORT;

/** Whether the capture says which way a packet went, or between which cards. */
const isTold = ({ way, macs }: CapturedPacket): boolean => way !== undefined || macs !== undefined;

function firstFirst(all: readonly Open[], first: Open | undefined): Open[] {
  return first ? [first, ...all.filter((one) => one !== first)] : [...all];
}

function hasReached({ exchanges }: Open, { address, port }: Endpoint): boolean {
  return exchanges.some((one) => goneTo(one).some((far) => far.address === address && far.port === port));
}

/** Where the director sent a client's packet. */
function goneTo({ answers, classified: { from } }: Exchange): Endpoint[] {
  const forwarded = answers.filter(({ kind }) => from === 'client' && kind !== 'back');
  return forwarded.map(({ classified: { far } }) => far);
}

const endsKey = (classified: Classified, { address, port }: Endpoint): string =>
  `${keyOf(classified)} ${address}:${port}`;

function keyOf(classified: Classified): string {
  const { address, port } = classified.client;
  return `${kindOf(classified)} ${address}:${port}`;
}

/** It may be what the director made of the packet before it, or have come by another way. */
function noteDoubt(exchanges: readonly Exchange[], packet: CapturedPacket): void {
  const last = exchanges.at(-1);
  if (last && packet.at - last.packet.at <= SOON_MICROSECONDS) last.doubtful = true;
}
