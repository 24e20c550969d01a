import { MATCH_NAMES, TARGET_NAMES } from '../../spec/config/iptables-options.ts';
import { SCHEDULERS } from '../../spec/config/services.ts';
import { CONNTRACK_TCP_STATES } from '../../spec/tables/conntrack-tcp.ts';
import { HOOK_ROWS } from '../../spec/tables/hooks.ts';
import { IPVS_TCP_STATES } from '../../spec/tables/ipvs-tcp.ts';
import { SYSCTLS } from '../../spec/tables/sysctls.ts';
import type { CoverageAxis } from '../outcome.ts';
import {
  unreachableConntrackTcp,
  unreachableForwarding,
  unreachableHook,
  unreachableIpvsTcp,
  unreachableMatch,
} from './unreachable.ts';

/** What a run can reach: the cells of one table of the reference, a value of each axis for each cell. */
export interface CellTable {
  readonly id: string;
  readonly says: string;
  readonly axes: readonly CoverageAxis[];
  /** Why no director can ever reach that cell; undefined when one can. */
  readonly unreachable?: (at: readonly string[]) => string | undefined;
}

const IPVS_AXES: readonly CoverageAxis[] = [
  { name: 'direction', values: ['INPUT', 'OUTPUT', 'INPUT_ONLY'] },
  { name: 'event', values: ['syn', 'fin', 'ack', 'rst'] },
  { name: 'state', values: IPVS_TCP_STATES },
];

/** Messages that the ends send, that routers send, or that the director makes, as `type/code`. */
// biome-ignore format: read as a list
export const ICMP_MESSAGES = [
  '0/0', '3/0', '3/1', '3/2', '3/3', '3/4', '3/9', '3/10', '3/13', '4/0', '5/1', '8/0', '11/0', '11/1', '12/0',
  '14/0', '19/0',
];

/** How IPVS forwards, and what conntrack may think of what it forwards. */
export const METHODS = ['masq', 'droute', 'tunnel', 'bypass'] as const;
export const SEEN_STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const;

/** Every table whose cells are counted. The ids are for machines: never renamed. */
export const CELL_TABLES: readonly CellTable[] = [
  {
    id: 'ipvs-tcp',
    says: 'What a segment does to the state of a connection (tcp_states).',
    axes: IPVS_AXES,
    unreachable: unreachableIpvsTcp,
  },
  {
    id: 'ipvs-tcp-secure',
    says: 'The same under secure_tcp (tcp_states_dos).',
    axes: IPVS_AXES,
    unreachable: unreachableIpvsTcp,
  },
  {
    id: 'conntrack-tcp',
    says: 'What a segment does to the state of an entry (tcp_conntracks).',
    axes: [
      { name: 'direction', values: ['ORIGINAL', 'REPLY'] },
      { name: 'event', values: ['syn', 'synack', 'fin', 'ack', 'rst', 'none'] },
      { name: 'state', values: CONNTRACK_TCP_STATES },
    ],
    unreachable: unreachableConntrackTcp,
  },
  {
    id: 'hooks',
    says: 'What each station of each hook decided.',
    axes: [
      { name: 'station', values: HOOK_ROWS.map(({ hook, station }) => `${hook} ${station}`) },
      { name: 'verdict', values: ['NF_ACCEPT', 'NF_DROP', 'NF_STOLEN'] },
    ],
    unreachable: unreachableHook,
  },
  {
    id: 'icmp',
    says: 'ICMP messages that came in, and that went out.',
    axes: [
      { name: 'way', values: ['in', 'out'] },
      { name: 'message', values: ICMP_MESSAGES },
    ],
    unreachable: ([way, message]) =>
      way === 'in' && ['3/0', '3/2', '3/9', '3/10'].includes(message!)
        ? 'codes that differ in nothing from 3/1 and 3/13 for a director: no host here sends them'
        : undefined,
  },
  {
    id: 'fragments',
    says: 'Packets that came in, and that went out, whole or in pieces.',
    axes: [
      { name: 'way', values: ['in', 'out'] },
      { name: 'shape', values: ['whole', 'whole, DF', 'first', 'middle', 'last'] },
    ],
  },
  {
    id: 'sysctls',
    says: 'Settings that were another than every director has to begin with.',
    axes: [{ name: 'sysctl', values: SYSCTLS.map(({ name }) => name) }],
  },
  {
    id: 'schedulers',
    says: 'Which scheduler was asked, and whether it found a dest.',
    axes: [
      { name: 'scheduler', values: SCHEDULERS },
      { name: 'answer', values: ['dest', 'none'] },
    ],
  },
  {
    id: 'forwarding',
    says: 'How IPVS passed a packet of a client on, and what conntrack thought of the packet.',
    axes: [
      { name: 'method', values: METHODS },
      { name: 'vs/conntrack', values: ['0', '1'] },
      { name: 'seen', values: SEEN_STATES },
    ],
    unreachable: unreachableForwarding,
  },
  {
    id: 'matches',
    says: 'Which conditions of rules held, and which failed where nothing else could have failed.',
    axes: [
      { name: 'match', values: MATCH_NAMES },
      { name: 'result', values: ['holds', 'fails'] },
    ],
    unreachable: unreachableMatch,
  },
  {
    id: 'targets',
    says: 'Which targets a packet came to.',
    axes: [{ name: 'target', values: [...TARGET_NAMES, 'jump', 'goto', 'none'] }],
  },
];

/** Every combination of the axes' values, the last axis fastest. */
export function cellsOf({ axes }: CellTable): readonly (readonly string[])[] {
  return axes.reduce<readonly (readonly string[])[]>(
    (all, { values }) => all.flatMap((at) => values.map((value) => [...at, value])),
    [[]],
  );
}
