import fc from 'fast-check';
import type { Echo, IcmpError, PacketItem } from '../../spec/scenario.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, sometimes, upTo, weighted } from '../draws.ts';
import { UNNAMED } from './story.ts';

/** What two ends say by ICMP while they talk: put before the packet of that number, counted round. */
export interface Aside {
  readonly at: number;
  readonly packets: readonly (Echo | IcmpError)[];
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

export function asides(bias: ScenarioBias): fc.Arbitrary<readonly Aside[]> {
  const at = fc.nat({ max: 59 });
  return oneOf<readonly Aside[]>(
    [bias.echoes, upTo(2, fc.record({ at, packets: pings }), 1)],
    [100 - bias.echoes, fc.constant([])],
  );
}
