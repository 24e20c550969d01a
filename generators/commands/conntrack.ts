import fc from 'fast-check';
import type { ConntrackCommand, EntryFilter } from '../../spec/config/conntrack-command.ts';
import { anyAddress, clientAddress, clientPort, servicePort, vip } from '../addresses.ts';
import { oneOf, weighted } from '../draws.ts';

const filter: fc.Arbitrary<EntryFilter> = oneOf<EntryFilter>(
  [2, clientAddress.map((source) => ({ source }))],
  [2, vip.map((destination) => ({ destination }))],
  [1, anyAddress.map((destination) => ({ destination }))],
  [
    1,
    weighted<'tcp' | 'udp' | 'icmp'>([3, 'tcp'], [2, 'udp'], [1, 'icmp']).map((protocol) => ({ protocol })),
  ],
  [1, clientPort.map((sport) => ({ protocol: 'tcp', sport }))],
  [1, fc.tuple(servicePort, vip).map(([dport, destination]) => ({ protocol: 'tcp', dport, destination }))],
);

/** All entries are deleted, or those of somebody. */
export const conntrackCommand: fc.Arbitrary<ConntrackCommand> = oneOf<ConntrackCommand>(
  [1, fc.constant({ tool: 'conntrack', op: 'flush' })],
  [2, filter.map((filter) => ({ tool: 'conntrack', op: 'delete', ...filter }))],
);
