import fc from 'fast-check';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { VirtualService } from '../../spec/config/services.ts';
import type { Flow } from '../../spec/scenario.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import {
  CLIENTS,
  clientAddress,
  clientPort,
  FREE_PORTS,
  OWN,
  realServer,
  servicePort,
  vip,
} from '../addresses.ts';
import { oneOf, weighted } from '../draws.ts';

/** Between whom a flow is, as far as one can say before the director's services are known. */
export interface Target {
  readonly kind: 'service' | 'vip' | 'realServer' | 'outward' | 'director' | 'neighbour' | 'spoofed';
  /** Which service, counted round. */
  readonly index: number;
  readonly client: Ipv4;
  readonly clientPort: number;
  readonly realServer: Ipv4;
  readonly vip: Ipv4;
  readonly port: number;
}

type Kind = Target['kind'];

/** Where flows go that do not aim at a service. */
const besideServices = weighted<Kind>(
  ...([
    [3, 'vip'],
    [3, 'realServer'],
    [2, 'outward'],
    [1, 'director'],
  ] as const),
  ...([
    [1, 'neighbour'],
    [1, 'spoofed'],
  ] as const),
);

/** A target; `beside` percent of them are no service. */
export function target(beside: number): fc.Arbitrary<Target> {
  return fc.record({
    kind: oneOf<Kind>([100 - beside, fc.constant('service')], [beside, besideServices]),
    index: fc.nat({ max: 5 }),
    client: clientAddress,
    clientPort,
    realServer,
    vip,
    port: oneOf<number>([3, servicePort], [1, fc.constantFrom(...FREE_PORTS, 2000)]),
  });
}

/** Whether a flow goes to another port of a service: one for all ports, or sometimes one for FTP. */
function isCatchAll(port: number, { index }: Target): boolean {
  return port === 0 || (port === 21 && index % 2 === 0);
}

/** The services of that port, if one is asked for and there are any. */
function wanted(services: readonly VirtualService[], port: number | undefined): readonly VirtualService[] {
  const those = services.filter((service) => service.port === port);
  return those.length > 0 ? those : services;
}

/** The two ends, at a service of that port if there is one. Real servers that call out are the flow's client: it is they who begin. */
export function ends(
  target: Target,
  { services, routing }: Pick<DirectorConfig, 'services' | 'routing'>,
  protocol: Flow['protocol'],
  port?: number,
): Pick<Flow, 'client' | 'service'> {
  const client = { address: target.client, port: target.clientPort };
  const own = services.filter((service) => service.protocol === protocol || service.protocol === 'fwm');
  switch (target.kind) {
    case 'service': {
      // Where there is none for its protocol a flow tries one for another.
      const all = wanted(own.length > 0 ? own : services, port);
      const key = all[target.index % all.length]!;
      // What a mark brings to the director may be for anybody.
      const away = routing !== undefined && target.index % 2 === 1;
      const marked = { address: away ? target.realServer : target.vip, port: target.port };
      if (key.protocol === 'fwm') return { client, service: marked };
      const { address } = key;
      return { client, service: { address, port: isCatchAll(key.port, target) ? target.port : key.port } };
    }
    case 'vip':
      return { client, service: { address: target.vip, port: target.port } };
    case 'realServer':
      return { client, service: { address: target.realServer, port: target.port } };
    case 'outward':
      return {
        client: { address: target.realServer, port: target.clientPort },
        service: { address: CLIENTS[target.index % 2]!, port: target.port },
      };
    case 'neighbour':
      return {
        client,
        service: { address: CLIENTS.findLast((one) => one !== client.address)!, port: target.port },
      };
    case 'spoofed':
      return {
        client: { ...client, address: target.index % 2 ? OWN[target.index % OWN.length]! : target.vip },
        service: { address: target.index > 2 ? target.realServer : CLIENTS[0]!, port: target.port },
      };
    case 'director':
      return { client, service: { address: OWN[target.index % OWN.length]!, port: target.port } };
  }
}
