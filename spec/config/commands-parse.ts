import { hint } from './address-text.ts';
import type { AdminCommand } from './commands.ts';
import { parseConntrackArguments } from './conntrack-command.ts';
import { parseIptablesArguments } from './iptables-parse.ts';
import { parseIpvsadmArguments } from './ipvsadm-parse.ts';
import { didYouMean } from './nearest.ts';
import { parseSysctlArguments } from './sysctl-text.ts';
import { TextError } from './text-error.ts';
import { WordReader } from './words.ts';

const TOOLS = ['ipvsadm', 'iptables', 'conntrack', 'sysctl'];

/**
 * An administrator's command as one would type it. `chains` are the chains of the director's rules when they are
 * known, which lets a mistyped chain or target be told from one that the director shall refuse.
 */
export function parseCommand(text: string, chains: readonly string[] = []): AdminCommand {
  const reader = new WordReader(text);
  const tool = reader.next('the command', { allowed: TOOLS.join(' ') });
  const command = dispatch(tool.text, reader, chains);
  if (!command)
    throw new TextError(tool, `"${tool.text}" is no tool that is modelled`, {
      allowed: TOOLS.join(' '),
      ...hint(didYouMean(tool.text, TOOLS)),
    });
  if (!reader.done)
    throw new TextError(reader.place, `"${reader.peek()}" follows a complete command`, { hint: 'remove it' });
  return command;
}

function dispatch(tool: string, reader: WordReader, chains: readonly string[]): AdminCommand | undefined {
  switch (tool) {
    case 'ipvsadm':
      return parseIpvsadmArguments(reader);
    case 'iptables':
      return parseIptablesArguments(reader, chains);
    case 'conntrack':
      return parseConntrackArguments(reader);
    case 'sysctl':
      return parseSysctlArguments(reader);
    default:
      return undefined;
  }
}
