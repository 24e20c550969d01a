import { isPlain, loadMatch, type MatchDraft, once, type Reading } from './iptables-draft.ts';
import {
  parseFlags,
  parseMark,
  parsePortList,
  parsePorts,
  parseStates,
  SYN_FLAGS,
} from './iptables-values.ts';
import { CT_STATES, type CtAsk, type IpvsAsk, type Match, NAT_STATES } from './rules.ts';
import { TextError } from './text-error.ts';

type ConntrackMatch = Extract<Match, { kind: 'conntrack' }>;
type TcpMatch = Extract<Match, { kind: 'tcp' }>;
type PortsMatch = Extract<Match, { kind: 'tcp' | 'udp' }>;

/** The matches that are named after a protocol: `-p` alone loads them, without `-m`. */
const OF_PROTOCOL = ['tcp', 'udp', 'icmp'] as const;

/** The match that the option belongs to: the last one loaded; `-p tcp` alone loads tcp by itself. */
export function matchOf<Kind extends Match['kind']>({ draft, option }: Reading, kind: Kind): MatchDraft {
  const loaded = draft.matches.findLast((match) => match.kind === kind);
  if (loaded) return loaded;
  const protocol = OF_PROTOCOL.find((name) => name === kind);
  if (protocol && isPlain(draft, [protocol])) return loadMatch(draft, protocol, option);
  throw new TextError(option, `${option.text} needs ${protocol ? '-p' : '-m'} ${kind} before it`);
}

export function readPorts(reading: Reading, which: 'sport' | 'dport'): void {
  const match = matchOf(reading, isPlain(reading.draft, ['udp']) ? 'udp' : 'tcp');
  const before = match.value as PortsMatch;
  once(before[which], reading.option);
  const ports = parsePorts(reading.value());
  match.value = { ...before, [which]: { ...ports, inverted: reading.inverted } };
}

export function readFlags(reading: Reading): void {
  const mask = parseFlags(reading.value());
  setFlags(reading, { mask, set: parseFlags(reading.value()) });
}

export function readSyn(reading: Reading): void {
  setFlags(reading, SYN_FLAGS);
}

function setFlags(reading: Reading, flags: { mask: number; set: number }): void {
  const match = matchOf(reading, 'tcp');
  const tcp = match.value as TcpMatch;
  once(tcp.flags, reading.option);
  match.value = { ...tcp, flags: { ...flags, inverted: reading.inverted } };
}

export function readStates(reading: Reading, kind: 'state' | 'conntrack'): void {
  const match = matchOf(reading, kind);
  const before = match.value as Partial<ConntrackMatch> | undefined;
  once(before?.states?.length ? before.states : undefined, reading.option);
  const { inverted } = reading;
  match.value =
    kind === 'state'
      ? { kind, states: parseStates(reading.value(), CT_STATES), inverted }
      : { kind, ...before, states: parseStates(reading.value(), [...CT_STATES, ...NAT_STATES]), inverted };
}

export function readList(reading: Reading, which: 'source' | 'destination' | 'either'): void {
  const match = matchOf(reading, 'multiport');
  once(match.value, reading.option);
  const ports = parsePortList(reading.value());
  match.value = { kind: 'multiport', ports, which, inverted: reading.inverted };
}

export function readMark(reading: Reading): void {
  const last = reading.draft.matches.findLast(({ kind }) => kind === 'mark' || kind === 'connmark');
  const kind = last?.kind === 'connmark' ? 'connmark' : 'mark';
  const match = matchOf(reading, kind);
  once(match.value, reading.option);
  match.value = { kind, ...parseMark(reading.value()), inverted: reading.inverted };
}

/** One more thing that `-m conntrack` asks of the entry. */
export function readCtAsk(reading: Reading, parse: (reading: Reading) => CtAsk): void {
  const match = matchOf(reading, 'conntrack');
  const { asks = [], ...before } = (match.value as ConntrackMatch | undefined) ?? NO_STATES;
  const ask = parse(reading);
  once(
    asks.find(({ on }) => on === ask.on),
    reading.option,
  );
  match.value = { ...before, asks: [...asks, ask] };
}

const NO_STATES: ConntrackMatch = { kind: 'conntrack', states: [], inverted: false };

/** `--ipvs`, or one more thing that `-m ipvs` asks of the connection. */
export function readIpvs(reading: Reading, parse?: (reading: Reading) => IpvsAsk): void {
  const match = matchOf(reading, 'ipvs');
  const before = match.value as Extract<Match, { kind: 'ipvs' }> | undefined;
  if (!parse) {
    once(before, reading.option);
    match.value = { kind: 'ipvs', inverted: reading.inverted };
    return;
  }
  const ask = parse(reading);
  const asks = before?.asks ?? [];
  once(before && !before.asks ? before : asks.find(({ on }) => on === ask.on), reading.option);
  match.value = { kind: 'ipvs', inverted: false, asks: [...asks, ask] };
}
