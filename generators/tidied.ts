import { type Flow, isPacket, type Scenario, type TimelineItem } from '../spec/scenario.ts';
import { adminState, afterCommand } from './commands/admin-state.ts';

/**
 * The scenario without what can not be or is not used: commands that the tools would refuse, flows without a
 * packet; flows are counted in the order in which they speak.
 */
export function tidied(scenario: Scenario): Scenario {
  const timeline = acceptedOnly(scenario);
  const names = new Map<string, string>();
  for (const item of timeline) {
    if (isPacket(item) && !names.has(item.flow)) names.set(item.flow, `f${names.size + 1}`);
  }
  const flows: Record<string, Flow> = {};
  for (const [from, to] of names) flows[to] = withRenamed(scenario.flows[from]!, names);
  return {
    ...scenario,
    flows,
    timeline: timeline.map((item) => (isPacket(item) ? { ...item, flow: names.get(item.flow)! } : item)),
  };
}

/** A flow goes with another one that is still there, or with none. */
function withRenamed({ with: other, ...flow }: Flow, names: ReadonlyMap<string, string>): Flow {
  const name = other === undefined ? undefined : names.get(other);
  return name === undefined ? flow : { ...flow, with: name };
}

function acceptedOnly({ director, timeline }: Scenario): readonly TimelineItem[] {
  let state = adminState(director);
  return timeline.filter((item) => {
    if (item.kind !== 'do') return true;
    const after = afterCommand(state, item.command);
    if (after) state = after;
    return after !== undefined;
  });
}
