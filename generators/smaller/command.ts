import type { AdminCommand } from '../../spec/config/commands.ts';
import type { ConntrackCommand, EntryFilter } from '../../spec/config/conntrack-command.ts';
import type { Rule, TableName } from '../../spec/config/rules.ts';
import { isFilter } from '../grammar/conntrack.ts';
import { nearer } from './numbers.ts';
import { drops, smallerRule } from './rules.ts';
import { smallerDest, smallerSettings } from './services.ts';
import { filtered, inField, oneAfterAnother, type Smaller, towards, withoutField } from './smaller.ts';

/** A command with simpler values; which command it is stays. */
export const smallerCommand: Smaller<AdminCommand> = (command): Iterable<AdminCommand> => {
  if (command.tool === 'sysctl') return [];
  if (command.tool === 'conntrack') return smallerDeletion(command);
  switch (command.op) {
    case 'add-service':
    case 'edit-service':
      return filtered(
        smallerSettings(command),
        ({ service, persistence }) =>
          service.port !== 0 || service.protocol === 'fwm' || persistence !== undefined,
      );
    case 'add-dest':
    case 'edit-dest':
      return inField<typeof command, 'dest'>('dest', smallerDest)(command);
    case 'set-timeouts':
      return oneAfterAnother(
        inField<typeof command, 'tcp'>('tcp', nearer(0))(command),
        inField<typeof command, 'tcpFin'>('tcpFin', nearer(0))(command),
        inField<typeof command, 'udp'>('udp', nearer(0))(command),
      );
    case 'append':
      return allowed(inField<typeof command, 'rule'>('rule', smallerRule)(command));
    case 'insert':
    case 'replace':
      return oneAfterAnother(
        allowed(inField<typeof command, 'rule'>('rule', smallerRule)(command)),
        inField<typeof command, 'position'>('position', towards(1))(command),
      );
    default:
      return [];
  }
};

/** All entries, or those of fewer conditions; `-D` has one at least, and ports have their protocol. */
function* smallerDeletion(command: ConntrackCommand): Iterable<ConntrackCommand> {
  if (command.op === 'flush') return;
  yield { tool: 'conntrack', op: 'flush' };
  const { tool, op, ...filter } = command;
  for (const left of withoutField<EntryFilter>('protocol', 'source', 'destination', 'sport', 'dport')(filter))
    if (isFilter(left)) yield { tool, op, ...left };
}

/** Those that iptables takes: table nat drops nothing. */
function allowed<T extends { readonly table: TableName; readonly rule: Rule }>(
  commands: Iterable<T>,
): Iterable<T> {
  return filtered(commands, ({ table, rule }) => table !== 'nat' || !drops(rule));
}
