import { isPacket, type Scenario } from '../../spec/scenario.ts';
import { adminState, afterCommand } from '../commands/admin-state.ts';
import { ruleProblems, rulesetProblems } from './iptables.ts';
import { serviceProblems } from './ipvsadm.ts';
import { flowProblems, packetProblems } from './packet.ts';

/**
 * Why a director's own tools, or the wire, would not take the scenario as it stands; nothing when they take it.
 * Traffic may be as wrong as it likes, but what cannot be set up or sent tests only our own harness.
 */
export function problemsOf(scenario: Scenario): readonly string[] {
  const { director, flows } = scenario;
  return [
    ...serviceProblems(director.services),
    ...rulesetProblems(director.rules),
    ...Object.values(flows).flatMap(flowProblems),
    ...timelineProblems(scenario),
  ];
}

export function isPlayable(scenario: Scenario): boolean {
  return problemsOf(scenario).length === 0;
}

function timelineProblems({ director, flows, timeline }: Scenario): readonly string[] {
  let state = adminState(director);
  return timeline.flatMap((item): readonly string[] => {
    if (isPacket(item)) return packetProblems(item, flows);
    if (item.kind === 'wait')
      return item.ms >= 1 && Number.isInteger(item.ms) ? [] : [`a wait of ${item.ms} ms`];
    const { command } = item;
    const after = afterCommand(state, command);
    if (!after) return [`${command.tool} would refuse ${JSON.stringify(command)}`];
    const users = state.chains.filter(({ policy }) => policy === undefined).map(({ name }) => name);
    state = after;
    return 'rule' in command ? ruleProblems(command.rule, command.chain, users) : [];
  });
}
