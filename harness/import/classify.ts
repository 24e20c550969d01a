import type { VirtualService } from '../../spec/config/services.ts';
import type { Endpoint } from '../../spec/scenario.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { isIcmpError } from '../../spec/wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, word } from '../../spec/wire/ipv4.ts';
import { type CapturedPacket, readPacket } from './packet.ts';

/** Where services can be reached: by their address, or, those by mark, where rules give the mark. */
export interface Reachable {
  readonly protocol: 'tcp' | 'udp';
  readonly address: Ipv4;
  /** 0 stands for every port. */
  readonly port: number;
  readonly service: VirtualService;
}

/** Whose packet it is, between whom. */
export interface Classified {
  readonly protocol: 'tcp' | 'udp';
  readonly from: 'client' | 'server';
  readonly client: Endpoint;
  /** The far end as clients know it, or the real server. */
  readonly far: Endpoint & { readonly kind: 'virtual' | 'real' };
  readonly service: VirtualService;
  /** About such a packet: an ICMP error that travels the other way. */
  readonly error?: {
    readonly type: number;
    readonly code: number;
    readonly mtu: number;
    readonly quoted: CapturedPacket;
  };
}

const PROTOCOLS: Readonly<Record<number, 'tcp' | 'udp'>> = { [PROTOCOL_TCP]: 'tcp', [PROTOCOL_UDP]: 'udp' };

/** Tells packets of services from others. Fragments behind the first one have no ports: `ports` knows theirs. */
export class Classifier {
  readonly #reachable: readonly Reachable[];
  readonly #first = new Map<string, Uint8Array>();

  constructor(reachable: readonly Reachable[]) {
    this.#reachable = reachable;
  }

  classify(packet: CapturedPacket): Classified | undefined {
    if (packet.protocol === PROTOCOL_ICMP) return this.#error(packet);
    const protocol = PROTOCOLS[packet.protocol];
    const ports = protocol && this.#portsOf(packet);
    if (!ports) return undefined;
    const source = { address: packet.source, port: word(ports, 0) };
    const destination = { address: packet.destination, port: word(ports, 2) };
    const to = this.#far(protocol, destination);
    if (to) return { protocol, from: 'client', client: source, ...to };
    const from = this.#far(protocol, source);
    return from && { protocol, from: 'server', client: destination, ...from };
  }

  #error({ body, ...packet }: CapturedPacket): Classified | undefined {
    if (body.length < 28 || !isIcmpError(body[0]!)) return undefined;
    const quoted = readPacket(body.subarray(8), packet);
    const about = quoted && quoted.protocol !== PROTOCOL_ICMP && this.classify(quoted);
    if (!about) return undefined;
    const error = { type: body[0]!, code: body[1]!, mtu: word(body, 6), quoted };
    return { ...about, from: about.from === 'client' ? 'server' : 'client', error };
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

  #far(protocol: 'tcp' | 'udp', end: Endpoint): Pick<Classified, 'far' | 'service'> | undefined {
    const mine = this.#reachable.filter((one) => one.protocol === protocol);
    const virtual =
      mine.find(({ address, port }) => address === end.address && port === end.port) ??
      mine.find(({ address, port }) => address === end.address && port === 0);
    if (virtual) return { far: { ...end, kind: 'virtual' }, service: virtual.service };
    const real = mine.find(({ service }) =>
      service.dests.some(({ address, port }) => address === end.address && (port === end.port || port === 0)),
    );
    return real && { far: { ...end, kind: 'real' }, service: real.service };
  }
}
