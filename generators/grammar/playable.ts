import type { IptablesCommand } from '../../spec/config/commands.ts';
import type { RoutingEntry } from '../../spec/config/routing.ts';
import { isThere } from '../../spec/config/routing-same.ts';
import type { Rule } from '../../spec/config/rules.ts';
import { isPacket, type Scenario } from '../../spec/scenario.ts';
import { type AdminState, adminState, afterCommand } from '../commands/admin-state.ts';
import { isFilter } from './conntrack.ts';
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
    ...routingProblems(director.routing ?? []),
    ...Object.values(flows).flatMap(flowProblems),
    ...timelineProblems(scenario),
  ];
}

/** What ip would call there already. */
function routingProblems(routing: readonly RoutingEntry[]): readonly string[] {
  return routing
    .filter((entry, index) => isThere(routing.slice(0, index), entry))
    .map((entry) => `a ${entry.kind} twice: ${JSON.stringify(entry)}`);
}

export function isPlayable(scenario: Scenario): boolean {
  return problemsOf(scenario).length === 0;
}

function commandProblems(
  { chains }: AdminState,
  { rule, table, chain }: Extract<IptablesCommand, { readonly rule: Rule }>,
): readonly string[] {
  const user = chains.filter((one) => one.table === table && one.policy === undefined);
  return ruleProblems(rule, { table, chain, userChains: user.map(({ name }) => name) });
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
    const before = state;
    state = after;
    if (command.tool === 'conntrack' && command.op === 'delete' && !isFilter(command))
      return ['conditions of conntrack -D'];
    return 'rule' in command ? commandProblems(before, command) : [];
  });
}
