import type { VirtualService } from '../../spec/config/services.ts';
import type { Echo, Endpoint, FlowProtocol } from '../../spec/scenario.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { ICMP_ECHO, ICMP_ECHO_REPLY, isIcmpError } from '../../spec/wire/icmp.ts';
import { NOT_OTHER } from '../../spec/wire/ip-protocols.ts';
import { PROTOCOL_ICMP, PROTOCOL_SCTP, PROTOCOL_TCP, PROTOCOL_UDP, word } from '../../spec/wire/ipv4.ts';
import { FTP_DATA_PORT, isControl } from './ftp-control.ts';
import { type CapturedPacket, readPacket } from './packet.ts';
import { isOfEnds, type Places } from './places.ts';

/** Where services can be reached: by their address, or, those by mark, where rules give the mark. */
export interface Reachable {
  readonly protocol: FlowProtocol;
  readonly address: Ipv4;
  /** 0 stands for every port. */
  readonly port: number;
  readonly service: VirtualService;
  /** Of FTP's data connections: who begins them, and the service on whose connections they were agreed. */
  readonly data?: { readonly opener: 'client' | 'server'; readonly control: VirtualService };
}

/** Whose packet it is, between whom. */
export interface Classified {
  readonly protocol: FlowProtocol;
  readonly from: 'client' | 'server';
  readonly client: Endpoint;
  /** The far end as clients know it, or the real server. */
  readonly far: Endpoint & { readonly kind: 'virtual' | 'real' };
  readonly service: VirtualService;
  /** Of FTP's data connections: where clients see them, too. */
  readonly data?: Required<Reachable>['data'] & { readonly virtual: Endpoint };
  /** About such a packet: an ICMP error that travels the other way. */
  readonly error?: {
    readonly type: number;
    readonly code: number;
    readonly mtu: number;
    readonly quoted: CapturedPacket;
  };
  /** A ping, or what comes back, or an error about one; its identifier stands for the client's port. */
  readonly echo?: Pick<Echo, 'message' | 'seq'>;
  /**
   * Of any other protocol of IP, or an error about such a packet: it has no ports, which are 0 here, and goes with a flow
   * between the same addresses, or is of one that has these ends.
   */
  readonly other?: {
    readonly protocol: number;
    readonly ends: Readonly<Record<'client' | 'virtual', Endpoint>>;
  };
}

/** Of which packets a client's are told from others by its address and port: of what there are several. */
export function kindOf({ protocol, echo, other }: Classified): string {
  if (other) return kindOfOther(other.protocol);
  return echo ? 'echo' : protocol;
}

const kindOfOther = (protocol: number): string => `IP ${protocol}`;

/** Between whom a packet goes, by its own words. */
export interface Ends {
  readonly kind: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

type Far = Pick<Classified, 'far' | 'service' | 'data'>;

const textOf = ({ address, port }: Endpoint): string => `${address}:${port}`;
const pairOf = ({ kind, source, destination }: Ends): string =>
  [kind, ...[textOf(source), textOf(destination)].sort()].join(' ');

/** The port of a flow that has none, such as one of pings to an address that has services for every port: any is. */
const ANY_PORT = 7;

const PROTOCOLS: Readonly<Record<number, FlowProtocol>> = {
  [PROTOCOL_TCP]: 'tcp',
  [PROTOCOL_UDP]: 'udp',
  [PROTOCOL_SCTP]: 'sctp',
};

const MESSAGES: Readonly<Record<number, Echo['message']>> = {
  [ICMP_ECHO]: 'request',
  [ICMP_ECHO_REPLY]: 'reply',
};

/** Tells packets of services from others. Fragments behind the first one have no ports: `ports` knows theirs. */
export class Classifier {
  readonly #reachable: readonly Reachable[];
  readonly #places: Places;
  readonly #first = new Map<string, Uint8Array>();
  /** By both ends: which of them was seen to speak first. */
  readonly #opener = new Map<string, string>();

  constructor(reachable: readonly Reachable[], packets: readonly CapturedPacket[]) {
    this.#reachable = reachable;
    this.#places = placesOf(reachable);
    // The first fragment may come last; of several datagrams with one identification the earliest is meant then.
    for (const packet of packets.toReversed()) this.#portsOf(packet);
    for (const packet of packets) {
      const ends = this.endsOf(packet);
      if (ends && !this.#opener.has(pairOf(ends))) this.#opener.set(pairOf(ends), textOf(ends.source));
    }
  }

  classify(packet: CapturedPacket): Classified | undefined {
    if (packet.protocol === PROTOCOL_ICMP)
      return this.#echo(packet) ?? this.errorAbout(packet, (quoted) => this.classify(quoted));
    if (isOther(packet)) return this.#other(packet);
    const ends = this.endsOf(packet);
    const protocol = PROTOCOLS[packet.protocol];
    if (!ends || !protocol) return undefined;
    const { source, destination } = ends;
    const to = this.#far(protocol, destination);
    const from = this.#far(protocol, source);
    if (to && !(from && this.#isAnswer(ends, to, from)))
      return { protocol, from: 'client', client: source, ...to };
    return from && { protocol, from: 'server', client: destination, ...from };
  }

  /** Where either end may be called, as a real server may that calls another service: who was called did not begin. */
  #isAnswer(ends: Ends, to: Far, from: Far): boolean {
    if (to.data || from.data) return !to.data;
    return this.#opener.get(pairOf(ends)) === textOf(ends.destination);
  }

  /** An ICMP error about a packet of which `whose` tells whose it is. */
  errorAbout(
    { body, ...packet }: CapturedPacket,
    whose: (quoted: CapturedPacket) => Classified | undefined,
  ): Classified | undefined {
    if (packet.protocol !== PROTOCOL_ICMP || packet.offset > 0) return undefined;
    if (body.length < 28 || !isIcmpError(body[0]!)) return undefined;
    const read = readPacket(body.subarray(8), packet);
    const quoted = read?.outer && isOfEnds(read.outer, this.#places) ? read.outer : read;
    const about = quoted && whose(quoted);
    if (!about || about.error) return undefined;
    const error = { type: body[0]!, code: body[1]!, mtu: word(body, 6), quoted };
    return { ...about, from: about.from === 'client' ? 'server' : 'client', error };
  }

  /** The packet with the numbers that it has, which of fragments are in the first one. */
  headed(packet: CapturedPacket): CapturedPacket {
    const body = packet.offset > 0 ? this.#portsOf(packet) : undefined;
    return body ? { ...packet, body, offset: 0 } : packet;
  }

  /** Undefined of ICMP, and of fragments whose first one was not captured. */
  endsOf(packet: CapturedPacket): Ends | undefined {
    if (isOther(packet)) {
      const [source, destination] = [packet.source, packet.destination].map(withoutPort);
      return { kind: kindOfOther(packet.protocol), source: source!, destination: destination! };
    }
    const protocol = PROTOCOLS[packet.protocol];
    const ports = protocol && this.#portsOf(packet);
    return (
      ports && {
        kind: protocol,
        source: { address: packet.source, port: word(ports, 0) },
        destination: { address: packet.destination, port: word(ports, 2) },
      }
    );
  }

  /** Ends of flows send each other anything; who only calls real servers has no business with a service. */
  #other({ source, destination, protocol }: CapturedPacket): Classified | undefined {
    const to = this.#having(destination);
    const place = to ?? this.#having(source);
    if (!place) return undefined;
    const [client, far] = to ? [source, destination] : [destination, source];
    const { address, port, service } = place;
    const virtual = { address, port: port || ANY_PORT };
    return {
      protocol: place.protocol,
      from: to ? 'client' : 'server',
      client: withoutPort(client),
      far: { ...withoutPort(far), kind: far === address ? 'virtual' : 'real' },
      service,
      other: { protocol, ends: { client: { address: client, port: ANY_PORT }, virtual } },
    };
  }

  /** Where a service is, or else one that has the real server. */
  #having(end: Ipv4): Reachable | undefined {
    return (
      this.#reachable.find(({ address }) => address === end) ??
      this.#reachable.find(({ service }) => service.dests.some(({ address }) => address === end))
    );
  }

  /** Clients ping; services and real servers answer. */
  #echo(packet: CapturedPacket): Classified | undefined {
    const { source, destination } = packet;
    const body = this.#portsOf(packet);
    const message = body && MESSAGES[body[0]!];
    if (!body || !message) return undefined;
    const isRequest = message === 'request';
    const end = isRequest ? destination : source;
    const to = this.#having(end);
    if (!to) return undefined;
    const far = { address: end, port: to.port || ANY_PORT };
    return {
      protocol: to.protocol,
      from: isRequest ? 'client' : 'server',
      client: { address: isRequest ? source : destination, port: word(body, 4) },
      far: { ...far, kind: to.address === end ? 'virtual' : 'real' },
      service: to.service,
      echo: { message, seq: word(body, 6) },
    };
  }

  #portsOf({
    source,
    destination,
    protocol,
    id,
    offset,
    moreFragments,
    body,
  }: CapturedPacket): Uint8Array | undefined {
    const key = `${source} ${destination} ${protocol} ${id}`;
    if (offset > 0) return this.#first.get(key);
    if (body.length < 8) return undefined;
    if (moreFragments) this.#first.set(key, body);
    return body;
  }

  #far(protocol: FlowProtocol, end: Endpoint): Far | undefined {
    const mine = this.#reachable.filter((one) => one.protocol === protocol);
    const virtual =
      mine.find(({ address, port }) => address === end.address && port === end.port) ??
      mine.find((one) => one.address === end.address && takesData(one, end)) ??
      mine.find(({ address, port }) => address === end.address && port === 0);
    if (virtual) return { far: { ...end, kind: 'virtual' }, ...ofService(virtual) };
    const having = mine.filter(({ service }) => service.dests.some(({ address }) => address === end.address));
    const real =
      having.find(({ service: { dests } }) =>
        dests.some(({ address, port }) => address === end.address && (port === end.port || port === 0)),
      ) ?? having.find((one) => takesData(one, end));
    return real && { far: { ...end, kind: 'real' }, ...ofService(real) };
  }
}

/** The addresses of what can be reached, and of who is reached by it. */
export function placesOf(reachable: readonly Reachable[]): Places {
  return {
    virtual: new Set(reachable.map(({ address }) => address)),
    real: new Set(reachable.flatMap(({ service }) => service.dests.map(({ address }) => address))),
  };
}

const isOther = ({ protocol, isTunnelPiece }: CapturedPacket): boolean =>
  !NOT_OTHER.has(protocol) && !isTunnelPiece;

const withoutPort = (address: Ipv4): Endpoint => ({ address, port: 0 });

/** Below it a port is no client's, so no server would choose it for data (net.ipv4.ip_unprivileged_port_start). */
const UNPRIVILEGED_PORT_START = 1024;

/** A persistent service of FTP is also that of the ports on which data may come, at the same ports of its real servers. */
function takesData({ protocol, port, service }: Reachable, end: Endpoint): boolean {
  const forData = end.port === FTP_DATA_PORT || end.port >= UNPRIVILEGED_PORT_START;
  return forData && protocol === 'tcp' && isControl({ port }) && service.persistence !== undefined;
}

function ofService({ service, address, port, data }: Reachable): Pick<Classified, 'service' | 'data'> {
  return { service, ...(data && { data: { ...data, virtual: { address, port } } }) };
}
