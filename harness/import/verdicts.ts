import type { Scenario } from '../../spec/scenario.ts';
import { printFact } from '../../spec/scenario-text/expectation.ts';
import type { TraceEntry } from '../../spec/trace.ts';
import { bind } from '../play/bind.ts';
import { seenInstead } from '../play/facts.ts';
import type { Reference } from '../play/lead.ts';

/** What the model says of one thing that a capture shows. */
export interface Verdict {
  /** Of the timeline, counted from 1. */
  readonly step: number;
  /** What the director did. */
  readonly did: string;
  /** What the model does instead; undefined when it does the same. */
  readonly instead: string | undefined;
  /** Where the model drops the packet, and the sentence before that. */
  readonly dropped: { readonly fact: string; readonly why: string } | undefined;
  /** What conntrack takes the packet for when it comes, `NEW`; '' where conntrack has no say. */
  readonly state: string;
  /** The parts of IPVS that the packet met. */
  readonly way: string;
}

/** One for each expectation, in their order. The play begins `phase` jiffies after the end of every timer's slot. */
export function verdictsOf(scenario: Scenario, model: Reference, hz: number, phase = 0): Verdict[] {
  const { shown, traces } = played(scenario, model, hz, phase);
  return [...shown].map(({ step, fact, instead }) => ({
    ...{ step, did: printFact(fact), instead },
    dropped: dropIn(traces()[step] ?? []),
    state: stateIn(traces()[step] ?? []),
    way: wayOf(traces()[step] ?? []),
  }));
}

/** Where a model first does otherwise than a capture shows, and what; undefined when it does all of it. */
export type Difference = { readonly step: number; readonly does: string } | undefined;

export function firstDifference(scenario: Scenario, model: Reference, hz: number): Difference {
  for (const { step, instead } of played(scenario, model, hz, 0).shown)
    if (instead !== undefined) return { step, does: instead };
  return undefined;
}

/** What a capture shows, and what the model does instead, looked at one by one; the model tells its ways once, if asked. */
function played(scenario: Scenario, model: Reference, hz: number, phase: number) {
  const plan = bind(scenario, model);
  const { observations, traces: tell } = model.playAt(plan, clockOf(scenario, hz, phase));
  let told: ReturnType<typeof tell> | undefined;
  const traces = () => {
    told ??= tell();
    return told;
  };
  function* shown() {
    for (const { expectation, flow } of plan.expectations ?? []) {
      const { after: step, fact } = expectation;
      yield { step, fact, instead: seenInstead(fact, { plan, observations, traces, step, flow }) };
    }
  }
  return { shown: shown(), traces };
}

/** When a plan's steps happen if nothing takes longer than it must: a jiffy each, and waits as long as they are. */
function clockOf({ timeline }: Scenario, hz: number, phase: number): number[] {
  const clock = [4096 * 1024 + phase];
  for (const item of timeline)
    clock.push(clock.at(-1)! + (item.kind === 'wait' ? Math.max(1, Math.ceil((item.ms * hz) / 1000)) : 1));
  return clock;
}

const PACKET_STATE = /^the packet is ([A-Z]+)/;

function stateIn(trace: readonly TraceEntry[]): string {
  const said = trace.flatMap(({ station, why }) =>
    station === 'nf_conntrack_in' ? (PACKET_STATE.exec(why)?.[1] ?? []) : [],
  );
  return said[0] ?? '';
}

function wayOf(trace: readonly TraceEntry[]): string {
  return trace
    .map(({ station }) => station)
    .filter((station) => station.startsWith('ip_vs_'))
    .join(' ');
}

/** The verdict ends a list of what was asked before it; the last question decided. */
function dropIn(trace: readonly TraceEntry[]): Verdict['dropped'] {
  const at = trace.findIndex(({ verdict }) => verdict === 'NF_DROP');
  const drop = trace[at];
  if (!drop) return undefined;
  const asked = trace[at - 1];
  const why = asked?.hook === drop.hook ? `${asked.station}: ${asked.why}` : `${drop.station}: ${drop.why}`;
  return { fact: `dropped at ${drop.hook.replace('NF_INET_', '')}`, why };
}
