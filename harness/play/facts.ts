import type { ConnectionFact, ConntrackFact, DropperName, Fact, SentFact } from '../../spec/expectation.ts';
import type { ConnectionRow, ConntrackRow, Emitted, Observation } from '../../spec/observation.ts';
import type { Flow } from '../../spec/scenario.ts';
import { printFact } from '../../spec/scenario-text/expectation.ts';
import { HOOKS } from '../../spec/tables/hooks.ts';
import type { TraceEntry } from '../../spec/trace.ts';
import { ETHERNET_HEADER_BYTES, parseEthernet } from '../../spec/wire/ethernet.ts';
import { parseIcmp } from '../../spec/wire/icmp.ts';
import { type Ipv4Packet, PROTOCOL_ICMP, PROTOCOL_TCP, parseIpv4Packet, word } from '../../spec/wire/ipv4.ts';
import { textOf } from '../../spec/wire/latin1.ts';
import { parseTcp, RST } from '../../spec/wire/tcp.ts';
import type { Plan } from './plan.ts';

/** One step of a play: all that a fact can be about. */
export interface Moment {
  readonly plan: Plan;
  readonly step: number;
  /** The flow that the fact is about; undefined when there is none. */
  readonly flow: Flow | undefined;
  readonly observations: readonly Observation[];
  traces(): readonly (readonly TraceEntry[])[];
}

/** What there was in the fact's place, in the same words; undefined when the fact holds. */
export function seenInstead(fact: Fact, moment: Moment): string | undefined {
  const facts = FACTS[fact.kind](fact as never, moment);
  const wanted = printFact(fact);
  if (facts.some((seen) => seen === wanted)) return undefined;
  return facts.length > 0 ? facts.join(', ') : 'none of the kind';
}

/** What holds at that moment of the kind of thing that the fact is about, worded as the fact is. */
type FactsLike = {
  readonly [K in Fact['kind']]: (fact: Extract<Fact, { kind: K }>, moment: Moment) => string[];
};

const FACTS: FactsLike = {
  sent: (fact, moment) => whatLeft(moment, { sent: fact }),
  nothing: (_, moment) => whatLeft(moment),
  reset: (_, moment) => whatLeft(moment),
  icmp: (fact, moment) => whatLeft(moment, { icmp: fact }),
  dropped: (_, moment) => drops(moment),
  refused: (_, moment) => [here(moment).refused ? 'refused' : 'accepted'],
  counts: (fact, moment) => [countsLike(fact, moment)],
  ipvs: connectionsLike,
  conntrack: entriesLike,
  says: saidLike,
  announced: (_, moment) => announced(moment),
  rule: (fact, moment) => [ruleLike(fact, moment)],
};

const here = ({ observations, step }: Moment): Observation => observations[step]!;

/** Each frame by the host that it went to, and as the answer that it is. */
function whatLeft(moment: Moment, like: { sent?: SentFact; icmp?: FactOf<'icmp'> } = {}): string[] {
  const { emitted } = here(moment);
  if (emitted.length === 0) return ['nothing out'];
  const withMtu = like.icmp?.mtu !== undefined;
  const facts = emitted.flatMap((each) => [
    sentFact(each, moment.plan, like.sent),
    answerFact(each, moment, withMtu),
  ]);
  return facts.filter((fact) => fact !== undefined).map(printFact);
}

/** Told with the details that `like` has. */
function sentFact({ link, frame }: Emitted, { config }: Plan, like?: SentFact): Fact | undefined {
  const mac = parseEthernet(frame)?.destination;
  const host = config.topology.hosts.find((each) => each.link === link && each.mac === mac);
  const packet = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES);
  if (!host || !packet) return undefined;
  const { source, ttl } = packet.header;
  return {
    kind: 'sent',
    to: host.name,
    ...(like?.source && { source: { address: source, port: word(packet.payload, 0) } }),
    ...(like?.ttl !== undefined && { ttl }),
  };
}

/** What was sent back to whoever sent the step's frame. */
function answerFact({ frame }: Emitted, { plan, step }: Moment, withMtu: boolean): Fact | undefined {
  const asked = plan.steps[step - 1];
  if (asked?.kind !== 'frame') return undefined;
  if (parseEthernet(frame)?.destination !== parseEthernet(asked.frame)?.source) return undefined;
  const packet = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES);
  return packet && resetOrIcmp(packet, withMtu);
}

function resetOrIcmp({ header, payload }: Ipv4Packet, withMtu: boolean): Fact | undefined {
  if (header.protocol === PROTOCOL_TCP)
    return (parseTcp(payload)?.header.flags ?? 0) & RST ? { kind: 'reset' } : undefined;
  const message = header.protocol === PROTOCOL_ICMP ? parseIcmp(payload) : undefined;
  if (!message) return undefined;
  return {
    kind: 'icmp',
    type: message.type,
    code: message.code,
    ...(withMtu ? { mtu: word(payload, 6) } : {}),
  };
}

/** The stations of the hooks, by the beginning of their names. */
const DROPPER_OF: readonly (readonly [prefix: string, by: DropperName])[] = [
  ['iptable_raw_', 'raw'],
  ['iptable_mangle_', 'mangle'],
  ['iptable_nat_', 'nat'],
  ['iptable_filter_', 'filter'],
  ['iptable_security_', 'security'],
  ['ipv4_con', 'conntrack'],
  ['ip_vs_', 'ipvs'],
];

function drops({ step, traces }: Moment): string[] {
  const facts = traces()[step]!.flatMap(({ hook, station, verdict }): Fact[] => {
    const by = DROPPER_OF.find(([prefix]) => station.startsWith(prefix))?.[1];
    const at = HOOKS.find((each) => each === hook);
    return verdict === 'NF_DROP' && by && at ? [{ kind: 'dropped', hook: at, by }] : [];
  });
  return facts.length > 0 ? facts.map(printFact) : ['not dropped'];
}

type FactOf<K extends Fact['kind']> = Extract<Fact, { kind: K }>;

function countsLike({ of }: FactOf<'counts'>, moment: Moment): string {
  const address = of && moment.plan.config.topology.hosts.find(({ name }) => name === of)!.address;
  const dests = here(moment)
    .services.flatMap((service) => service.dests)
    .filter((dest) => address === undefined || dest.address === address);
  const active = dests.reduce((sum, { activeConn }) => sum + activeConn, 0);
  const inactive = dests.reduce((sum, { inActConn }) => sum + inActConn, 0);
  return printFact({ kind: 'counts', active, inactive, ...(of === undefined ? {} : { of }) });
}

/** The flow's connections, told with the details that the fact has. */
function connectionsLike(fact: ConnectionFact, moment: Moment): string[] {
  const { plan, flow } = moment;
  const nameOf = (address: number) =>
    plan.config.topology.hosts.find((host) => host.address === address)?.name ?? 'somewhere else';
  const rows = here(moment).connections.filter((row) => flow && isConnectionOf(row, flow));
  const told = rows.map(({ state, expires, dest }) => ({
    ...fact,
    state,
    ...(fact.seconds === undefined ? {} : { seconds: expires }),
    ...(fact.to === undefined ? {} : { to: nameOf(dest) }),
  }));
  return (told.length > 0 ? told : [{ ...fact, state: undefined }]).map(printFact);
}

const isConnectionOf = (row: ConnectionRow, { client, service }: Flow): boolean =>
  row.client === client.address &&
  row.clientPort === client.port &&
  row.virtual === service.address &&
  row.virtualPort === service.port;

/** The flow's entries, told with the details that the fact has. */
function entriesLike(fact: ConntrackFact, moment: Moment): string[] {
  const { flow } = moment;
  const rows = here(moment).conntrack.filter((row) => flow && isEntryOf(row, flow));
  const told = rows.map((row) => ({
    ...fact,
    state: fact.state === '' ? '' : row.state,
    ...(fact.reply === undefined ? {} : { reply: replyOf(row) }),
    ...(fact.seconds === undefined ? {} : { seconds: row.timeout }),
  }));
  return (told.length > 0 ? told : [{ ...fact, state: undefined }]).map(printFact);
}

const isEntryOf = ({ protocol, original }: ConntrackRow, flow: Flow): boolean =>
  protocol === flow.protocol &&
  original.src === flow.client.address &&
  original.sport === flow.client.port &&
  original.dst === flow.service.address &&
  original.dport === flow.service.port;

function replyOf({ assured, unreplied }: ConntrackRow): NonNullable<ConntrackFact['reply']> {
  if (assured) return 'ASSURED';
  return unreplied ? 'UNREPLIED' : 'REPLIED';
}

/** As much of what each segment that left says as the fact does. */
function saidLike({ text }: FactOf<'says'>, moment: Moment): string[] {
  const packets = here(moment).emitted.map(({ frame }) => parseIpv4Packet(frame, ETHERNET_HEADER_BYTES));
  return packets.flatMap((packet) => {
    const segment = packet?.header.protocol === PROTOCOL_TCP ? parseTcp(packet.payload) : undefined;
    return segment ? [printFact({ kind: 'says', text: textOf(segment.payload).slice(0, text.length) })] : [];
  });
}

function announced(moment: Moment): string[] {
  const facts = (here(moment).expects ?? []).map(
    ({ tuple: { src, dst, dport } }): Fact => ({
      kind: 'announced',
      from: src,
      place: { address: dst, port: dport },
    }),
  );
  return facts.length > 0 ? facts.map(printFact) : [printFact({ kind: 'announced', from: undefined })];
}

function ruleLike({ table, chain, rule }: FactOf<'rule'>, { observations, step }: Moment): string {
  const packets = (index: number) =>
    observations[index]?.counters.find(
      (row) => row.table === table && row.chain === chain && row.rule === rule,
    )?.packets;
  const [before = 0, after] = [packets(step - 1), packets(step)];
  if (after === undefined) return 'there is no such rule';
  return printFact({ kind: 'rule', table, chain, rule, counted: after > before });
}
