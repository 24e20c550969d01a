import fc from 'fast-check';
import { CONNTRACK_TCP_TABLE } from '../../spec/tables/conntrack-tcp.ts';
import { IPVS_TCP_TABLE, IPVS_TCP_TABLE_SECURE, type IpvsTcpTable } from '../../spec/tables/ipvs-tcp.ts';
import type { ScenarioBias } from '../bias.ts';
import { oneOf, upTo } from '../draws.ts';
import { type Deed, length, type Turn } from './turns.ts';

/** A cell of a state table as a move: what leads from one state to the next. The first deed is an honest end's. */
interface Move {
  readonly from: string;
  readonly side: Turn['from'];
  readonly deeds: readonly Deed[];
  readonly to: string;
}

/** Shortest ways from state to state. */
type Ways = ReadonlyMap<string, ReadonlyMap<string, readonly Move[]>>;

/** A state table to travel in. */
interface Country {
  readonly moves: readonly Move[];
  readonly ways: Ways;
}

/** Each event's row of a table; what is no state leaves a connection where it is. */
type Events = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where every connection begins. */
const HOME = 'NONE';

/** How each event of a table looks, from either side. IPVS takes any SYN for one. */
const BEHIND_SYN = { fin: ['fin'], ack: ['ack', 'data'], rst: ['rst', 'rstack'] } as const;
const IPVS_DEEDS = {
  client: { syn: ['syn'], ...BEHIND_SYN },
  server: { syn: ['synack', 'syn'], ...BEHIND_SYN },
} as const;
const CONNTRACK_DEEDS = { syn: ['syn'], synack: ['synack'], ...BEHIND_SYN } as const;

function movesOf(
  side: Move['side'],
  deeds: Readonly<Record<string, readonly Deed[]>>,
  events: Events,
): readonly Move[] {
  return Object.entries(deeds).flatMap(([event, deeds]) => {
    const row = events[event]!;
    return Object.entries(row).map(([from, to]) => ({ from, side, deeds, to: row[to] ? to : from }));
  });
}

function country(moves: readonly Move[]): Country {
  const states = new Set(moves.map(({ from }) => from));
  return { moves, ways: new Map([...states].map((state) => [state, waysFrom(state, moves)])) };
}

/** Breadth first. Only a client's SYN leads out of the state that a connection begins in. */
function waysFrom(start: string, moves: readonly Move[]): ReadonlyMap<string, readonly Move[]> {
  const ways = new Map<string, readonly Move[]>([[start, []]]);
  for (const [state, way] of ways)
    for (const move of moves) {
      const isRoad = state !== HOME || (move.side === 'client' && move.deeds[0] === 'syn');
      if (move.from === state && isRoad && !ways.has(move.to)) ways.set(move.to, [...way, move]);
    }
  return ways;
}

/** A table of IPVS as seen from both sides, and from the client's alone. */
interface IpvsCountries {
  readonly both: Country;
  readonly client: Country;
}

const ofIpvs = ({ INPUT, OUTPUT, INPUT_ONLY }: IpvsTcpTable): IpvsCountries => ({
  both: country([
    ...movesOf('client', IPVS_DEEDS.client, INPUT),
    ...movesOf('server', IPVS_DEEDS.server, OUTPUT),
  ]),
  client: country(movesOf('client', IPVS_DEEDS.client, INPUT_ONLY)),
});

/** Where answers pass the director by, the client alone is seen. */
function oneOfSides(
  { both, client }: IpvsCountries,
  { droute, tunnel }: ScenarioBias,
): fc.Arbitrary<Country> {
  const past = Math.min(100, droute + tunnel);
  return oneOf<Country>([past, fc.constant(client)], [100 - past, fc.constant(both)]);
}

const [ORIGINAL, REPLY] = CONNTRACK_TCP_TABLE;
const CONNTRACK = country([
  ...movesOf('client', CONNTRACK_DEEDS, ORIGINAL),
  ...movesOf('server', CONNTRACK_DEEDS, REPLY),
]);
const IPVS = ofIpvs(IPVS_TCP_TABLE);
const IPVS_SECURE = ofIpvs(IPVS_TCP_TABLE_SECURE);

/**
 * Turns that visit cells of a state table, all of them equally often, each by the shortest way from the one before:
 * far cells are met that turns in no order come to by chance only. Where secure_tcp is likely to be switched they begin
 * in SYNACK, to which only its own table leads, and where ICMP errors are likely in no state at all, in which one may
 * have begun the connection.
 */
export function tour(stops: number, bias: ScenarioBias): fc.Arbitrary<readonly Turn[]> {
  const { defence, conntrack, commands, icmpErrors } = bias;
  const stop = fc.record({ cell: fc.nat(), deed: fc.nat(), length });
  return fc
    .tuple(
      oneOf<Country>(
        [
          100 - defence,
          oneOf([conntrack, fc.constant(CONNTRACK)], [100 - conntrack, oneOfSides(IPVS, bias)]),
        ],
        [defence, oneOfSides(IPVS_SECURE, bias)],
      ),
      oneOf<string | undefined>(
        [Math.round(icmpErrors ** 2 / 30), fc.constant(HOME)],
        [Math.round((defence * commands) / 10), fc.constant('SYNACK')],
        [100, fc.constant(undefined)],
      ),
      upTo(stops, stop, 1),
    )
    .map(([country, first, stops]) => {
      const turns: Turn[] = [];
      let at = HOME;
      for (const [index, { cell, deed, length }] of stops.entries()) {
        const near = movesFrom(country, at, index === 0 ? first : undefined);
        const move = near[cell % near.length]!;
        for (const { side, deeds } of country.ways.get(at)!.get(move.from)!)
          turns.push({ from: side, does: deeds[0]!, length });
        turns.push({ from: move.side, does: move.deeds[deed % move.deeds.length]!, length });
        at = move.to;
      }
      return turns;
    });
}

/** What can come next, if not now then after other moves; only out of that state, if there is a way to it. */
function movesFrom({ moves, ways }: Country, at: string, state: string | undefined): readonly Move[] {
  const open = ways.get(at)!;
  return moves.filter(({ from }) => (state && open.has(state) ? from === state : open.has(from)));
}
