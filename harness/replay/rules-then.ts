import type { IptablesCommand } from '../../spec/config/commands.ts';
import type { Ruleset, TableName } from '../../spec/config/rules.ts';
import { TextError } from '../../spec/config/text-error.ts';
import type { Fact } from '../../spec/expectation.ts';
import type { TimelineItem } from '../../spec/scenario.ts';

/** How many rules each chain has at one point of a timeline. */
type Counts = Map<TableName, Map<string, number>>;

/** Complains about a fact of a rule that the director does not have after these steps. */
export function checkRule(fact: Fact, rules: Ruleset, timeline: readonly TimelineItem[]): void {
  if (fact.kind !== 'rule') return;
  const { table, chain, rule } = fact;
  const chains = countsAfter(rules, timeline).get(table) ?? new Map<string, number>();
  const count = chains.get(chain);
  if (count === undefined)
    throw new TextError(PLACE, `there is no chain ${chain} in table ${table}`, {
      allowed: [...chains.keys()].join(' ') || `none, as there is no *${table} under rules:`,
    });
  if (rule > count)
    throw new TextError(PLACE, `${table} ${chain} has no rule ${rule} at this step`, {
      allowed: count === 0 ? 'none; the chain is empty' : `1 to ${count}, in the order of the chain`,
    });
}

/** Facts are one line. */
const PLACE = { line: 1, column: 1 };

function countsAfter({ tables }: Ruleset, timeline: readonly TimelineItem[]): Counts {
  const counts: Counts = new Map(
    tables.map(({ name, chains }) => [
      name,
      new Map(chains.map((chain) => [chain.name, chain.rules.length])),
    ]),
  );
  for (const item of timeline)
    if (item.kind === 'do' && item.command.tool === 'iptables') apply(counts, item.command);
  return counts;
}

/** What iptables refuses changes nothing. */
function apply(counts: Counts, command: IptablesCommand): void {
  const chains = counts.get(command.table) ?? new Map<string, number>();
  counts.set(command.table, chains);
  const before = chains.get(command.chain) ?? 0;
  chains.set(command.chain, after(command, before));
}

function after(command: IptablesCommand, before: number): number {
  switch (command.op) {
    case 'append':
      return before + 1;
    case 'insert':
      return command.position <= before + 1 ? before + 1 : before;
    case 'delete':
      return command.position <= before ? before - 1 : before;
    case 'flush':
      return 0;
    default:
      return before;
  }
}
