import type { AddressStyle } from './address-text.ts';
import type { AdminCommand } from './commands.ts';
import { conntrackWords } from './conntrack-command.ts';
import { iptablesWords, quoted } from './iptables-print.ts';
import { ipvsadmWords } from './ipvsadm-print.ts';

/** A command as one would type it; `parseCommand` reads it back. */
export function printCommand(command: AdminCommand, style: AddressStyle): string {
  return commandWords(command, style).map(quoted).join(' ');
}

/** The argument vector for a real director, the program's name first. It never goes through a shell. */
export function toArgv(command: AdminCommand): string[] {
  const words = commandWords(command, 'numeric');
  // procps and busybox both write with -w; without it busybox only reads.
  return command.tool === 'sysctl' ? ['sysctl', '-w', ...words.slice(1)] : words;
}

function commandWords(command: AdminCommand, style: AddressStyle): string[] {
  switch (command.tool) {
    case 'ipvsadm':
      return ipvsadmWords(command, style);
    case 'iptables':
      return iptablesWords(command, style);
    case 'conntrack':
      return conntrackWords(command, style);
    case 'sysctl':
      return ['sysctl', `${command.name}=${command.value}`];
  }
}
