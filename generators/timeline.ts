import fc from 'fast-check';
import type { PacketItem, TimelineItem, Wait } from '../spec/scenario.ts';
import type { ScenarioBias } from './bias.ts';
import { type AdminState, afterCommand } from './commands/admin-state.ts';
import { type Intent, intent } from './commands/intent.ts';
import { oneOf, upTo } from './draws.ts';
import type { Size } from './sizes.ts';
import { wait } from './waits.ts';

/** Packets and waits that keep their order: a flow, and those that come after it on its ports. */
export type Lane = readonly (PacketItem | Wait)[];

/** How lanes become one timeline, before it is known what is in them. */
export interface Weave {
  /** Which lane goes on, and for how many items. */
  readonly runs: readonly { readonly lane: number; readonly items: number }[];
  readonly interruptions: readonly Interruption[];
}

/** A wait or a command somewhere between the packets; `at` counts in thousandths of the whole. */
interface Interruption {
  readonly at: number;
  readonly what: Wait | Intent;
}

export function weave(bias: ScenarioBias, size: Size): fc.Arbitrary<Weave> {
  const run = fc.record({ lane: fc.nat({ max: 59 }), items: fc.integer({ min: 1, max: 6 }) });
  const what = oneOf<Wait | Intent>(
    [100 - bias.commands, wait(bias).map((ms) => ({ kind: 'wait', ms }))],
    [bias.commands, intent(bias)],
  );
  return fc.record({
    runs: upTo(2 * size.flows, run),
    interruptions: upTo(size.interruptions, fc.record({ at: fc.nat({ max: 1000 }), what })),
  });
}

/** The timeline: lanes in turns, with waits and those commands that the tools would take. */
export function woven(
  lanes: readonly Lane[],
  weave: Weave,
  before: AdminState,
  size: Size,
): readonly TimelineItem[] {
  const items = inTurns(lanes, weave.runs).slice(0, size.segments);
  const interrupted = [...weave.interruptions].sort((one, other) => other.at - one.at);
  const all: (PacketItem | Wait | Intent)[] = [...items];
  for (const { at, what } of interrupted) all.splice(Math.round((at * items.length) / 1000), 0, what);
  return withinTime(commanded(begun(all), before), size.waitSeconds * 1000);
}

/** Without waits at the beginning, when there is nothing yet that could run out. */
function begun<T extends PacketItem | Wait | Intent>(items: readonly T[]): readonly T[] {
  const first = items.findIndex((item) => typeof item === 'function' || item.kind !== 'wait');
  return first < 0 ? [] : items.slice(first);
}

function inTurns(lanes: readonly Lane[], runs: Weave['runs']): Lane {
  const left = lanes.map((lane) => [...lane]);
  const items: (PacketItem | Wait)[] = [];
  for (const run of runs) items.push(...(left[run.lane % left.length]?.splice(0, run.items) ?? []));
  return [...items, ...left.flat()];
}

/** What each intent comes to where it stands; left out where it comes to nothing. */
function commanded(
  items: readonly (PacketItem | Wait | Intent)[],
  before: AdminState,
): readonly TimelineItem[] {
  let now = before;
  return items.flatMap((item): TimelineItem[] => {
    if (typeof item !== 'function') return [item];
    const command = item(now, before);
    const next = command && afterCommand(now, command);
    if (!command || !next) return [];
    now = next;
    return [{ kind: 'do', command }];
  });
}

/** The timeline with its waits cut where they exceed the whole time. */
function withinTime(items: readonly TimelineItem[], limitMs: number): readonly TimelineItem[] {
  let left = limitMs;
  return items.flatMap((item): TimelineItem[] => {
    if (item.kind !== 'wait') return [item];
    const ms = Math.min(item.ms, left);
    left -= ms;
    return ms > 0 ? [{ kind: 'wait', ms }] : [];
  });
}
