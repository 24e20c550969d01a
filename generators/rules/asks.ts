import fc from 'fast-check';
import type { Protocol } from '../../spec/config/protocols.ts';
import {
  CT_ADDRESSES,
  CT_PORTS,
  CT_STATUSES,
  type CtAsk,
  type CtDirection,
  type CtStatus,
  type IpvsAsk,
  type Match,
} from '../../spec/config/rules.ts';
import { prefixMask } from '../../spec/wire/address.ts';
import { anyAddress, realServer, SERVICE_PORTS, UNNAMED_PROTOCOLS } from '../addresses.ts';
import { oneOf, percent, weighted } from '../draws.ts';

/** What flows are of, what tunnels are made of, what keepalived speaks, and numbers without a name. */
export const protocol = weighted<Protocol>(
  [3, 'tcp'],
  [3, 'udp'],
  [3, 'icmp'],
  [1, 'sctp'],
  [1, 'gre'],
  [1, 'esp'],
  [1, 'ah'],
  [1, 'ipencap'],
  [1, 'vrrp'],
  [1, UNNAMED_PROTOCOLS[0]],
  [1, UNNAMED_PROTOCOLS[1]],
);

const inverted = percent(25);
const direction = fc.constantFrom<CtDirection>('ORIGINAL', 'REPLY');

const network = fc
  .tuple(anyAddress, weighted([2, 32], [1, 24]), inverted)
  .map(([address, length, inverted]) => {
    const mask = prefixMask(length);
    return { address: (address & mask) >>> 0, mask, inverted };
  });

const port = fc.constantFrom(...SERVICE_PORTS, 40000, 40001);

const ctAsk: fc.Arbitrary<CtAsk> = oneOf<CtAsk>(
  [2, fc.tuple(fc.constantFrom(...CT_ADDRESSES), network).map(([on, network]) => ({ on, ...network }))],
  // Whom a tuple that IPVS has altered names: the real server, where a client expects the virtual address.
  [
    4,
    fc.tuple(realServer, weighted([1, 32], [2, 24]), inverted).map(([address, length, inverted]) => {
      const mask = prefixMask(length);
      return { on: 'replsrc', address: (address & mask) >>> 0, mask, inverted };
    }),
  ],
  [
    2,
    fc
      .tuple(fc.constantFrom(...CT_PORTS), port, weighted([3, 0], [1, 1000]), inverted)
      .map(([on, first, more, inverted]) => ({ on, first, last: first + more, inverted })),
  ],
  [
    3,
    fc
      .tuple(
        oneOf<readonly CtStatus[]>(
          [2, fc.subarray([...CT_STATUSES], { minLength: 1, maxLength: 2 })],
          [1, fc.constant(['ASSURED' as const])],
        ),
        inverted,
      )
      .map(([statuses, inverted]) => ({ on: 'status', statuses, inverted })),
  ],
  [2, direction.map((direction) => ({ on: 'dir', direction }))],
  [1, fc.tuple(protocol, inverted).map(([protocol, inverted]) => ({ on: 'proto', protocol, inverted }))],
);

const distinct = <T extends { readonly on: string }>(asks: readonly T[]): readonly T[] =>
  asks.filter((one, index) => asks.findIndex(({ on }) => on === one.on) === index);

/** What `-m conntrack` asks besides the state: one thing, sometimes two. */
export const ctAsks: fc.Arbitrary<readonly CtAsk[]> = fc
  .array(ctAsk, { minLength: 1, maxLength: 2, size: 'max' })
  .map(distinct);

const ipvsAsk: fc.Arbitrary<IpvsAsk> = oneOf<IpvsAsk>(
  [1, network.map((network) => ({ on: 'vaddr', ...network }))],
  [1, fc.tuple(port, inverted).map(([port, inverted]) => ({ on: 'vport', port, inverted }))],
  [1, direction.map((direction) => ({ on: 'vdir', direction }))],
  // No other match asks for this one.
  [
    2,
    fc
      .tuple(weighted<'GATE' | 'MASQ'>([2, 'GATE'], [1, 'MASQ']), inverted)
      .map(([method, inverted]) => ({ on: 'vmethod', method, inverted })),
  ],
);

/** Whether IPVS has handled the packet, or what the connection is that it is sent on by. */
export const ipvsMatch: fc.Arbitrary<Match> = oneOf<Match>(
  [1, inverted.map((inverted) => ({ kind: 'ipvs', inverted }))],
  [
    2,
    fc
      .array(ipvsAsk, { minLength: 1, maxLength: 2, size: 'max' })
      .map((asks) => ({ kind: 'ipvs', inverted: false, asks: distinct(asks) })),
  ],
);
