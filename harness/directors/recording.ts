import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { MATCH_NAMES, TARGET_NAMES } from '../../spec/config/iptables-options.ts';
import { seenState } from '../../spec/conntrack/core.ts';
import { connInGet } from '../../spec/ipvs/conn.ts';
import { endsOf } from '../../spec/ipvs/ends.ts';
import type { Event } from '../../spec/model.ts';
import { ipPacketMatches } from '../../spec/netfilter/matches.ts';
import type { Observation } from '../../spec/observation.ts';
import { PARTS } from '../../spec/parts.ts';
import type { Skb } from '../../spec/skb.ts';
import type { Net, Parts, Scheduler, Station, Verdict } from '../../spec/state.ts';
import { sysctl } from '../../spec/sysctl.ts';
import { HOOKS, type Hook } from '../../spec/tables/hooks.ts';
import { SYSCTLS } from '../../spec/tables/sysctls.ts';
import { ETHERNET_HEADER_BYTES } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_ICMP, word } from '../../spec/wire/ipv4.ts';
import { cellNumber, type FirstSteps, NO_CELL, noSteps } from '../coverage/cells.ts';
import { ICMP_MESSAGES, METHODS, SEEN_STATES } from '../coverage/tables.ts';

/** Told of every cell of `CELL_TABLES` that a packet reaches. */
type Reached = (cell: number) => void;

/** Notes in which step of a play each cell was reached first. */
export class Recorder {
  readonly parts: Parts;
  #first = noSteps();
  #step = 0;

  constructor() {
    this.parts = recordingParts((cell) => this.#note(cell));
  }

  /** Step `index` of a play is about to happen; 0 is the set-up. */
  before(index: number, event: Event, { sysctls }: DirectorConfig): void {
    this.#step = index;
    if (index === 0) {
      this.#first = noSteps();
      for (const [name, value] of Object.entries(sysctls)) this.#setting(name, value);
    }
    if (event.kind === 'packet') this.#frame('in', event.frame);
    if (event.kind === 'command' && event.command.tool === 'sysctl')
      this.#setting(event.command.name, event.command.value);
  }

  after({ emitted }: Observation): void {
    for (const { frame } of emitted) this.#frame('out', frame);
  }

  taken(): FirstSteps {
    return this.#first;
  }

  #frame(way: 'in' | 'out', frame: Uint8Array): void {
    if (!isIpv4(frame)) return;
    this.#note(icmpCell(way, frame));
    this.#note(shapeCell(way, frame));
  }

  #setting(name: string, value: number): void {
    const usual = DEFAULTS.get(name);
    if (usual !== undefined && usual !== value) this.#note(cellNumber('sysctls', [name]));
  }

  #note(cell: number): void {
    if (this.#first[cell] === -1) this.#first[cell] = this.#step;
  }
}

/**
 * The parts of a right director, each of which says when it is used. What the model does is the same; the model
 * itself knows nothing of it, and does not pay for it when nobody asks.
 */
function recordingParts(reached: Reached): Parts {
  return {
    ...PARTS,
    ipvsTcpTable: watched(PARTS.ipvsTcpTable, ['ipvs-tcp'], reached),
    ipvsTcpTableSecure: watched(PARTS.ipvsTcpTableSecure, ['ipvs-tcp-secure'], reached),
    conntrackTcpTable: [
      watched(PARTS.conntrackTcpTable[0], ['conntrack-tcp', 'ORIGINAL'], reached),
      watched(PARTS.conntrackTcpTable[1], ['conntrack-tcp', 'REPLY'], reached),
    ],
    stations: mapped(PARTS.stations, (station, name) => watchedStation(station, name, reached)),
    schedulers: mapped(PARTS.schedulers, (scheduler, name) => watchedScheduler(scheduler, name, reached)),
    ruleMatches: watchedRules(reached),
  };
}

const DEFAULTS: ReadonlyMap<string, number> = new Map(SYSCTLS.map((row) => [row.name, row.default]));

function isIpv4(frame: Uint8Array): boolean {
  return frame[12] === 8 && frame[13] === 0 && frame.length >= ETHERNET_HEADER_BYTES + 20;
}

/** An ICMP message by the bytes of its frame. */
function icmpCell(way: 'in' | 'out', frame: Uint8Array): number {
  if (frame[ETHERNET_HEADER_BYTES + 9] !== PROTOCOL_ICMP) return NO_CELL;
  if ((word(frame, ETHERNET_HEADER_BYTES + 6) & 0x1fff) !== 0) return NO_CELL;
  const at = ETHERNET_HEADER_BYTES + 4 * (frame[ETHERNET_HEADER_BYTES]! & 15);
  return ICMP_CELLS[way].get(word(frame, at)) ?? NO_CELL;
}

/** By type and code, as the message's first two bytes. */
const ICMP_CELLS = { in: icmpCells('in'), out: icmpCells('out') };

function icmpCells(way: 'in' | 'out'): ReadonlyMap<number, number> {
  return new Map(
    ICMP_MESSAGES.map((message) => {
      const [type, code] = message.split('/').map(Number) as [number, number];
      return [type * 256 + code, cellNumber('icmp', [way, message])];
    }),
  );
}

/** Whether a frame's packet is whole, by the flags and the offset of its IP header. */
function shapeCell(way: 'in' | 'out', frame: Uint8Array): number {
  const field = word(frame, ETHERNET_HEADER_BYTES + 6);
  const [dontCut, more, behind] = [field & 0x4000, field & 0x2000, field & 0x1fff];
  const shapes = SHAPES[way];
  if (more) return behind ? shapes.middle : shapes.first;
  if (behind) return shapes.last;
  return dontCut ? shapes['whole, DF'] : shapes.whole;
}

/** Cells that many packets reach are looked for once. */
const SHAPES = {
  in: cellsFor('fragments', ['whole', 'whole, DF', 'first', 'middle', 'last'], (shape) => ['in', shape]),
  out: cellsFor('fragments', ['whole', 'whole, DF', 'first', 'middle', 'last'], (shape) => ['out', shape]),
};

function cellsFor<K extends string>(table: string, keys: readonly K[], at: (key: K) => readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, cellNumber(table, at(key))])) as Readonly<
    Record<K, number>
  >;
}

/** The same nested table; reading one of its values says which. */
function watched<T extends object>(table: T, path: readonly string[], reached: Reached): T {
  const copy = {};
  for (const [key, value] of Object.entries(table)) {
    const at = [...path, key];
    const cell = cellNumber(at[0]!, at.slice(1));
    const get = () => {
      reached(cell);
      return value;
    };
    const inner = typeof value === 'object' ? { value: watched(value, at, reached) } : { get };
    Object.defineProperty(copy, key, { ...inner, enumerable: true });
  }
  return copy as T;
}

function watchedScheduler(right: Scheduler, name: string, reached: Reached): Scheduler {
  const dest = cellNumber('schedulers', [name, 'dest']);
  const none = cellNumber('schedulers', [name, 'none']);
  return {
    ...right,
    schedule: (net, service, packet) => {
      const chosen = right.schedule(net, service, packet);
      reached(chosen ? dest : none);
      return chosen;
    },
  };
}

function watchedStation(right: Station, name: string, reached: Reached): Station {
  const cells = Object.fromEntries(
    HOOKS.map((hook) => [hook, cellsFor('hooks', VERDICTS, (verdict) => [`${hook} ${name}`, verdict])]),
  ) as Readonly<Record<Hook, Readonly<Record<Verdict, number>>>>;
  const forwards = name === 'ip_vs_in_hook';
  return {
    ...right,
    run: (net, skb, hook) => {
      const { header, payload } = skb;
      const seen = forwards ? seenState(skb) : 'NEW';
      const verdict = right.run(net, skb, hook);
      reached(cells[hook][verdict]);
      if (forwards && verdict === 'NF_STOLEN') forwarded(net, { header, payload }, seen, reached);
      return verdict;
    },
  };
}

const VERDICTS: readonly Verdict[] = ['NF_ACCEPT', 'NF_DROP', 'NF_STOLEN'];

/** The packet is as the client sent it: its connection is the one that took it. */
function forwarded(
  net: Net,
  packet: Pick<Skb, 'header' | 'payload'>,
  seen: ReturnType<typeof seenState>,
  reached: Reached,
): void {
  const ends = endsOf(net, packet);
  const cp = ends && connInGet(net, ends);
  if (!cp) return;
  const cells = sysctl(net, 'net.ipv4.vs.conntrack') === 0 ? FORWARDED.untracked : FORWARDED.tracked;
  reached(cells[cp.forward][seen]);
}

const FORWARDED = { untracked: forwardingCells('0'), tracked: forwardingCells('1') };

function forwardingCells(conntrack: '0' | '1') {
  const cells = METHODS.map(
    (method) => [method, cellsFor('forwarding', SEEN_STATES, (seen) => [method, conntrack, seen])] as const,
  );
  return Object.fromEntries(cells) as Readonly<
    Record<(typeof METHODS)[number], Readonly<Record<(typeof SEEN_STATES)[number], number>>>
  >;
}

function watchedRules(reached: Reached): Parts['ruleMatches'] {
  return (net, rule, skb, devices) => {
    const holds = PARTS.ruleMatches(net, rule, skb, devices);
    if (holds) {
      for (const { kind } of rule.matches) reached(HOLDING[kind]);
      reached(TARGETS[rule.target?.kind ?? 'none']);
    } else if (rule.matches.length === 1 && ipPacketMatches(rule, skb, devices))
      reached(FAILING[rule.matches[0]!.kind]);
    return holds;
  };
}

const HOLDING = cellsFor('matches', MATCH_NAMES, (match) => [match, 'holds']);
const FAILING = cellsFor('matches', MATCH_NAMES, (match) => [match, 'fails']);
const TARGETS = cellsFor('targets', [...TARGET_NAMES, 'jump', 'goto', 'none'] as const, (target) => [target]);

function mapped<K extends string, V>(record: Readonly<Record<K, V>>, change: (value: V, key: K) => V) {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value as V, key as K)]),
  ) as Readonly<Record<K, V>>;
}
