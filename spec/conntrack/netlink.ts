import type { ConntrackCommand } from '../config/conntrack-command.ts';
import { protocolNumber } from '../config/protocols.ts';
import type { Net } from '../state.ts';
import { note } from '../trace-log.ts';
import { type NfConn, ORIGINAL } from './types.ts';

/**
 * What the conntrack program does, by netlink (net/netfilter/nf_conntrack_netlink.c, ctnetlink_del_conntrack). Entries are
 * gone, with what they have announced; what IPVS knows stays. False: none was meant, and the program says so.
 */
export function conntrack(net: Net, command: ConntrackCommand): boolean {
  const all = net.conntrack.entries.slice();
  const meant = command.op === 'flush' ? all : all.filter((entry) => isMeant(entry, command));
  for (const entry of meant) net.parts.deleteEntry(net, entry);
  note(net, 'conntrack', 'ctnetlink_del_conntrack', '', () => `${meant.length} entries are gone`);
  return command.op === 'flush' || meant.length > 0;
}

function isMeant({ tuples }: NfConn, filter: Extract<ConntrackCommand, { op: 'delete' }>): boolean {
  const { protocol, src, dst, sport, dport } = tuples[ORIGINAL];
  return (
    (filter.protocol === undefined || protocolNumber(filter.protocol) === protocol) &&
    (filter.source ?? src) === src &&
    (filter.destination ?? dst) === dst &&
    (filter.sport ?? sport) === sport &&
    (filter.dport ?? dport) === dport
  );
}
