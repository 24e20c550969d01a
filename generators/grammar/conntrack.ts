import type { EntryFilter } from '../../spec/config/conntrack-command.ts';

/** What the conntrack program takes for conditions: at least one, and ports with a protocol that has them. */
export function isFilter({ protocol, sport, dport, source, destination }: EntryFilter): boolean {
  if (sport !== undefined || dport !== undefined) return protocol !== undefined && protocol !== 'icmp';
  return protocol !== undefined || source !== undefined || destination !== undefined;
}
