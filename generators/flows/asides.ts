import fc from 'fast-check';
import type { Echo, IcmpError, OtherPacket, PacketItem } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, sometimes, upTo, weighted } from '../draws.ts';
import { others } from './others.ts';
import { UNNAMED } from './story.ts';

/** What two ends say by ICMP, or by protocols without ports, while they talk: put before the packet of that number, counted round. */
export interface Aside {
  readonly at: number;
  readonly packets: readonly (Echo | IcmpError | OtherPacket)[];
}

export function withAsides(packets: readonly PacketItem[], asides: readonly Aside[]): readonly PacketItem[] {
  return asides.reduce<readonly PacketItem[]>(
    (left, { at, packets }) => left.toSpliced(at % (left.length + 1), 0, ...packets),
    packets,
  );
}

const ttl = sometimes(6, weighted([2, 1], [1, 0], [1, 2]));
const badChecksum = sometimes(8, fc.constant(true as const));

/** A field that is mostly not there is left out, not undefined. */
function without<T extends object>(drawn: T): T {
  return Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as T;
}

const request: fc.Arbitrary<Echo> = fc
  .record({
    kind: fc.constant('echo' as const),
    flow: fc.constant(UNNAMED),
    from: weighted<Echo['from']>([4, 'client'], [1, 'server']),
    message: fc.constant('request' as const),
    seq: fc.nat({ max: 2 }),
    length: weighted([5, 56], [1, 0], [1, 1], [1, 1472]),
    ttl,
    badChecksum,
  })
  .map((drawn) => without(drawn) as Echo);

/** A ping, its answer, both, or two of each. */
const pings: fc.Arbitrary<readonly Echo[]> = fc
  .tuple(
    request,
    weighted<readonly Echo['message'][]>(
      [3, ['request', 'reply']],
      [3, ['request']],
      [1, ['reply']],
      [1, ['request', 'request', 'reply', 'reply']],
    ),
  )
  .map(([ping, messages]) => messages.map((message) => (message === 'request' ? ping : answered(ping))));

function answered({ ttl: _, badChecksum: __, ...ping }: Echo): Echo {
  return { ...ping, from: ping.from === 'client' ? 'server' : 'client', message: 'reply' };
}

/** Tunnels are where packets do not fit, and where somebody on the way says so. */
const shareOfTunnels = ({ tunnel }: ScenarioBias): number => Math.round(tunnel / 10);

/** Errors that IPVS and conntrack follow, those that only conntrack does, and messages that are no errors. */
const typeAndCode = (bias: ScenarioBias) =>
  weighted<readonly [number, number]>(
    [3 + shareOfTunnels(bias), [3, 4]],
    [4, [3, 3]],
    [3, [3, 1]],
    [2, [3, 13]],
    [3, [11, 0]],
    [1, [11, 1]],
    [1, [4, 0]],
    [1, [5, 1]],
    [1, [12, 0]],
    [1, [14, 0]],
    [1, [19, 0]],
  );

/** As much as hosts quote: all that fits, the eight bytes that are asked for, and what is too little. */
const quote = (bias: ScenarioBias) =>
  sometimes(
    40 - 2 * shareOfTunnels(bias),
    weighted([6, 28], [2, 40], [1, 27], [1, 24], [1, 23], [1, 20], [1, 19], [1, 0]),
  );

/** Somebody on the way instead of the end itself: other hosts of its side play routers. */
const ROUTERS = { client: ['CIP3', 'CIP4'], server: ['RIP4', 'RIP1'] } as const;

export const icmpError = (bias: ScenarioBias): fc.Arbitrary<IcmpError> =>
  weighted<IcmpError['from']>([5, 'client'], [4 + 2 * shareOfTunnels(bias), 'server']).chain((from) =>
    fc
      .record({
        by: sometimes(25, fc.constantFrom(...ROUTERS[from])),
        typeAndCode: typeAndCode(bias),
        mtu: sometimes(
          40 + 4 * shareOfTunnels(bias),
          weighted([3, 1300], [1, 1500], [1, 576], [1, 68], [1, 1]),
        ),
        quote: quote(bias),
        quotedOffset: sometimes(5, weighted([2, 185], [1, 1])),
        ttl,
        badChecksum,
      })
      .map(({ typeAndCode: [type, code], mtu, ...rest }) => {
        const narrow = type === 3 && code === 4 ? mtu : undefined;
        return without({ kind: 'icmp', flow: UNNAMED, from, type, code, mtu: narrow, ...rest }) as IcmpError;
      }),
  );

export function asides(bias: ScenarioBias): fc.Arbitrary<readonly Aside[]> {
  // At the beginning nothing was said yet that a connection could be known by: one is begun, in no state at all.
  const at = oneOf<number>([20 + bias.disorder, fc.constant(0)], [60, fc.nat({ max: 59 })]);
  const some = (percent: number, packets: fc.Arbitrary<Aside['packets']>) =>
    oneOf<readonly Aside[]>(
      [percent, upTo(2, fc.record({ at, packets }), 1)],
      [100 - percent, fc.constant([])],
    );
  return fc
    .tuple(
      some(bias.others, others),
      some(bias.echoes, pings),
      some(
        bias.icmpErrors,
        icmpError(bias).map((one) => [one]),
      ),
    )
    .map(([others, pings, errors]) => [...others, ...pings, ...errors]);
}
