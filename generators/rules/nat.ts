import fc from 'fast-check';
import type { Match, NatRange, NatTarget, Rule, Table } from '../../spec/config/rules.ts';
import { ADDRESS_NAMES } from '../../spec/config/topology.ts';
import { prefixMask } from '../../spec/wire/address.ts';
import { FREE_PORTS, REAL_SERVERS, servicePort, VIPS } from '../addresses.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, weighted } from '../draws.ts';
import type { Size } from '../sizes.ts';
import { randomTable } from './random.ts';
import { anyRule, dport, tableOf, tcpRule } from './write.ts';

const DIP = ADDRESS_NAMES.get('DIP')!;
const EXT = ADDRESS_NAMES.get('EXT')!;

const only = (address: number): NonNullable<NatRange['addresses']> => ({ first: address, last: address });
const ports = (first: number, last = first) => ({ first, last });

const snat = (to: NatRange): NatTarget => ({ kind: 'SNAT', to });
const dnat = (to: NatRange): NatTarget => ({ kind: 'DNAT', to });
const MASQUERADE: NatTarget = { kind: 'MASQUERADE', to: {} };

const at = (address: number, rule: Rule): Rule => ({
  ...rule,
  destination: { address, mask: prefixMask(32), inverted: false },
});
const by = (name: string, rule: Rule): Rule => ({ ...rule, outInterface: { name, inverted: false } });

export interface NatChoice {
  readonly port: number;
  readonly free: number;
  readonly vip: number;
  readonly realServer: number;
  /** The one detail in which directors differ; what it does stands at each. */
  readonly variant: boolean;
}

/** What directors translate beside IPVS, before it and after it. */
export const TRANSLATIONS: Readonly<Record<string, (choice: NatChoice) => Table>> = {
  /** So that answers come back whatever way real servers have (LVS-NAT in one net). Variant: only what IPVS sends. */
  towardsServers: ({ variant }) => {
    const ipvs: Match = { kind: 'ipvs', inverted: false };
    const rule = variant ? anyRule(snat({ addresses: only(DIP) }), ipvs) : by('eth1', anyRule(MASQUERADE));
    return tableOf('nat', { POSTROUTING: [rule] });
  },

  /** Real servers call out. Variant: with few ports, so that two of them may want the same. */
  outward: ({ variant }) => {
    const few = tcpRule(snat({ addresses: only(EXT), ports: ports(40000, 40001) }));
    return tableOf('nat', { POSTROUTING: [by('eth0', variant ? few : anyRule(MASQUERADE))] });
  },

  /** One port, whoever sends. */
  onePort: ({ variant }) =>
    tableOf('nat', {
      POSTROUTING: [
        by('eth1', tcpRule({ kind: 'MASQUERADE', to: { ports: ports(variant ? 1024 : 40000) } })),
      ],
    }),

  /** Several addresses: which one a client gets hangs on a hash. Variant: those of the services. */
  pool: ({ variant }) => {
    const addresses = variant
      ? { first: VIPS[0]!, last: VIPS[1]! }
      : { first: REAL_SERVERS[0]!, last: REAL_SERVERS[3]! };
    return tableOf('nat', { POSTROUTING: [anyRule(snat({ addresses }))] });
  },

  /** A provider's customers keep the address that they have, whomever they call. Variant: not with each other's servers. */
  customers: ({ variant }) => {
    const first = REAL_SERVERS[0]! + 100;
    const addresses = { first, last: first + 15 };
    return tableOf('nat', {
      POSTROUTING: [anyRule(snat({ addresses, ...(variant ? {} : { persistent: true }) }))],
    });
  },

  /** Another port, or another address, leads to the virtual service. Variant: the director's own address. */
  toService: ({ port, free, vip, variant }) =>
    tableOf('nat', {
      PREROUTING: [
        at(variant ? EXT : vip, tcpRule(dnat({ addresses: only(vip), ports: ports(port) }), dport(free))),
      ],
    }),

  /** A port of the virtual address goes to a real server past IPVS. Variant: and the answer by way of the director. */
  pastService: ({ port, vip, realServer, variant }) =>
    tableOf('nat', {
      PREROUTING: [at(vip, tcpRule(dnat({ addresses: only(realServer) }), dport(port)))],
      POSTROUTING: variant ? [by('eth1', anyRule(MASQUERADE))] : [],
    }),

  /** Clients ask real servers, and are sent to the service. Variant: to the director itself. */
  caught: ({ port, vip, realServer, variant }) =>
    tableOf('nat', {
      PREROUTING: [
        at(
          realServer,
          variant
            ? tcpRule({ kind: 'REDIRECT', to: { ports: ports(port) } })
            : anyRule(dnat({ addresses: only(vip) })),
        ),
      ],
    }),

  /** What reaches the director itself seems to come from elsewhere. Variant: and what leaves goes elsewhere. */
  local: ({ realServer, vip, variant }) =>
    tableOf('nat', {
      INPUT: [anyRule(snat({ addresses: only(realServer) }))],
      OUTPUT: variant ? [anyRule(dnat({ addresses: only(vip) }))] : [],
    }),
};

const template = fc
  .record({
    build: fc.constantFrom(...Object.values(TRANSLATIONS)),
    choice: fc.record({
      port: servicePort,
      free: fc.constantFrom(...FREE_PORTS, 8080),
      vip: weighted([3, VIPS[0]!], [1, VIPS[1]!]),
      realServer: fc.constantFrom(...REAL_SERVERS),
      variant: fc.boolean(),
    }),
  })
  .map(({ build, choice }) => build(choice));

const ofAssociations = (target: NatTarget, ...matches: readonly Match[]): Rule => ({
  protocol: { protocol: 'sctp', inverted: false },
  matches,
  target,
});

/** Associations that are begun from another port, or to one, come by those that the director names. */
const associations: fc.Arbitrary<Table> = fc
  .record({
    port: servicePort,
    called: fc.subarray([...FREE_PORTS, 8080], { minLength: 1 }),
    source: weighted<NatTarget>(
      [2, snat({ addresses: only(DIP), ports: ports(5000) })],
      [1, { kind: 'MASQUERADE', to: { ports: ports(5000) } }],
      [1, snat({ ports: ports(40001) })],
    ),
    way: weighted<'in' | 'out' | 'both'>([1, 'in'], [2, 'out'], [2, 'both']),
  })
  .map(({ port, called, source, way }) => {
    const ranges = called.map((one) => ports(one));
    const multiport: Match = { kind: 'multiport', ports: ranges, which: 'destination', inverted: false };
    return tableOf('nat', {
      PREROUTING: way === 'out' ? [] : [ofAssociations(dnat({ ports: ports(port) }), multiport)],
      POSTROUTING: way === 'in' ? [] : [ofAssociations(source)],
    });
  });

/** Table nat: translations out of the field, or any rules. */
export function translation(
  { sctpServices }: Pick<ScenarioBias, 'sctpServices'>,
  size: Size,
): fc.Arbitrary<Table> {
  return oneOf<Table>([90, template], [60, randomTable('nat', size)], [sctpServices, associations]);
}
