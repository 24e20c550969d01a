import fc from 'fast-check';
import {
  type AddedRoute,
  type PolicyRule,
  type Prefix,
  REFUSALS,
  type RoutingEntry,
  TABLES,
} from '../spec/config/routing.ts';
import { isThere } from '../spec/config/routing-same.ts';
import type { VirtualService } from '../spec/config/services.ts';
import { type Ipv4, prefixMask } from '../spec/wire/address.ts';
import { CLIENTS, REAL_SERVERS, VIPS } from './addresses.ts';
import type { ScenarioBias } from './bias.ts';
import { percent, sometimes, upTo, weighted } from './draws.ts';

/** Routing of one who knows which services there are. */
export type RoutingFor = (services: readonly VirtualService[]) => readonly RoutingEntry[];

const EVERYBODY: Prefix = { address: 0, length: 0 };
const host = (address: Ipv4): Prefix => ({ address, length: 32 });
const ALL_BITS = 0xffffffff;

/** A table that nobody has but by a rule. */
const table = weighted([3, 100], [2, 101]);

/** What one asks tables about: a host, a network, half of one, everybody. */
const prefix: fc.Arbitrary<Prefix> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...REAL_SERVERS, ...CLIENTS).map(host) },
  { weight: 3, arbitrary: fc.constantFrom(...VIPS).map(host) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(REAL_SERVERS[0]!, CLIENTS[0]!), fc.constantFrom(16, 25, 28))
      .map(([address, length]) => ({ address: (address & prefixMask(length)) >>> 0, length })),
  },
  { weight: 3, arbitrary: fc.constant(EVERYBODY) },
);

const mark = weighted(
  ...([
    [4, { value: 1, mask: ALL_BITS }],
    [2, { value: 2, mask: ALL_BITS }],
    [1, { value: 0x100, mask: ALL_BITS }],
    [1, { value: 1, mask: 1 }],
    [1, { value: 0, mask: 3 }],
  ] as const),
);

const rule: fc.Arbitrary<PolicyRule> = fc
  .record({
    from: sometimes(35, prefix),
    to: sometimes(25, prefix),
    mark: sometimes(35, mark),
    iif: sometimes(25, weighted([3, 'eth0'], [3, 'eth1'], [1, 'lo'])),
    priority: sometimes(30, weighted([2, 100], [1, 50], [1, 32766], [1, 40000])),
    action: fc.oneof(
      { weight: 6, arbitrary: table.map((number) => ({ table: number })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(TABLES.main, TABLES.local).map((number) => ({ table: number })),
      },
      { weight: 1, arbitrary: fc.constantFrom(...REFUSALS) },
    ),
  })
  .map((drawn) => ({ kind: 'rule', ...present(drawn) }) as PolicyRule);

/** Optional properties must be absent, not undefined. */
function present<T extends object>(drawn: T): Partial<T> {
  return Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Where a route leads; routers are hosts that are seldom anything else. */
const leads: fc.Arbitrary<Pick<AddedRoute, 'type' | 'via' | 'device'>> = weighted(
  ...([
    [3, { type: 'unicast', via: CLIENTS[3]!, device: 'eth0' }],
    [3, { type: 'unicast', via: REAL_SERVERS[3]!, device: 'eth1' }],
    [2, { type: 'unicast', device: 'eth0' }],
    [2, { type: 'unicast', device: 'eth1' }],
    [4, { type: 'local', device: 'lo' }],
    [1, { type: 'unreachable' }],
    [1, { type: 'prohibit' }],
    [1, { type: 'blackhole' }],
    [1, { type: 'throw' }],
  ] as const),
);

const route: fc.Arbitrary<AddedRoute> = fc
  .record({
    leads,
    prefix,
    table: fc.oneof(
      { weight: 5, arbitrary: table },
      { weight: 2, arbitrary: fc.constantFrom(TABLES.main, TABLES.local, TABLES.default) },
    ),
  })
  .map(({ leads, ...drawn }) => ({ kind: 'route', ...leads, ...drawn }));

/** The sender hears of it, or nobody is where it leads. */
const nobody: typeof leads = weighted(
  ...([
    [1, { type: 'unreachable' }],
    [1, { type: 'prohibit' }],
    [1, { type: 'unicast', device: 'eth1' }],
  ] as const),
);

/** Answers of a virtual address go by a router of their own, or nowhere. */
function bySource({ lostWays }: ScenarioBias): fc.Arbitrary<readonly RoutingEntry[]> {
  const way = fc.oneof({ weight: 100 - lostWays, arbitrary: leads }, { weight: lostWays, arbitrary: nobody });
  return fc.record({ from: fc.constantFrom(...VIPS), way, table }).map(({ from, way, table }) => [
    { kind: 'route', ...way, prefix: EVERYBODY, table },
    { kind: 'rule', from: host(from), action: { table } },
  ]);
}

/** What is marked goes by a router of its own, or nowhere. */
const elsewhere: fc.Arbitrary<readonly RoutingEntry[]> = fc
  .record({ value: weighted([3, 1], [1, 2]), leads, table })
  .map(({ value, leads, table }) => [
    { kind: 'route', ...leads, prefix: EVERYBODY, table },
    { kind: 'rule', mark: { value, mask: ALL_BITS }, action: { table } },
  ]);

/** What is not the director's own goes nowhere. */
const nowhere: fc.Arbitrary<readonly RoutingEntry[]> = fc
  .record({
    iif: sometimes(50, weighted([2, 'eth0'], [1, 'eth1'])),
    action: weighted([1, REFUSALS[0]], [1, REFUSALS[1]]),
  })
  .map((drawn) => [{ kind: 'rule', ...present(drawn) } as PolicyRule]);

/** Packets of a mark are the director's, whoever they are for (LVS-HOWTO 29.3). */
const byMark = (value: number): readonly RoutingEntry[] => [
  { kind: 'route', type: 'local', prefix: EVERYBODY, device: 'lo', table: 100 },
  { kind: 'rule', mark: { value, mask: ALL_BITS }, action: { table: 100 } },
];

export function routing(bias: ScenarioBias): fc.Arbitrary<RoutingFor> {
  return fc
    .record({
      brought: percent(Math.max(50, bias.broughtHome)),
      added: percent(bias.routing),
      answers: sometimes(Math.max(50, bias.lostWays), bySource(bias)),
      marked: sometimes(30, elsewhere),
      refused: sometimes(12, nowhere),
      entries: fc.tuple(upTo(3, rule), upTo(3, route)),
    })
    .map(({ brought, added, answers = [], marked = [], refused = [], entries }) => (services) => {
      const marks = services.flatMap((service) => (service.protocol === 'fwm' ? [service.mark] : []));
      const classic = brought ? marks.flatMap(byMark) : [];
      return ordered([...classic, ...(added ? [...answers, ...marked, ...refused, ...entries.flat()] : [])]);
    });
}

/** What the kernel takes: routers before whatever could make them unreachable, and nothing twice. */
function ordered(entries: readonly RoutingEntry[]): readonly RoutingEntry[] {
  const place = (entry: RoutingEntry) => (entry.kind === 'rule' ? 2 : entry.via === undefined ? 1 : 0);
  const distinct: RoutingEntry[] = [];
  for (const entry of entries.toSorted((a, b) => place(a) - place(b)))
    if (!isThere(distinct, entry)) distinct.push(entry);
  return distinct;
}
