import type { IpvsadmCommand } from './commands.ts';

/** A parameter of ipvsadm that is modelled, by its short name. */
export type Parameter =
  | '-t'
  | '-u'
  | '-f'
  | '--sctp-service'
  | '-o'
  | '-r'
  | '-s'
  | '-b'
  | '-p'
  | '-M'
  | '-g'
  | '-m'
  | '-i'
  | '--tun-type'
  | '--tun-port'
  | '--tun-nocsum'
  | '--tun-csum'
  | '--tun-remcsum'
  | '-w'
  | '-x'
  | '-y';

type Op = IpvsadmCommand['op'];

/** What `-a` and `-e` say of a real server. */
const OF_DEST = [
  ...(['-g', '-m', '-i', '-w', '-x', '-y'] as const),
  ...(['--tun-type', '--tun-port', '--tun-nocsum', '--tun-csum', '--tun-remcsum'] as const),
] as const satisfies readonly Parameter[];

/** What names a service; a command takes one of them. */
export const SERVICE_PARAMETERS = [
  '-t',
  '-u',
  '--sctp-service',
  '-f',
] as const satisfies readonly Parameter[];

/** Whether a command is for a service. */
export type Needs = 'service' | 'any service' | 'nothing';

/** What each command takes, as in commands_v_options of ipvsadm.c: whether it names a service, and other parameters. */
// biome-ignore format: a table is read row by row.
export const COMMANDS: readonly { readonly names: readonly string[]; readonly op: Op; readonly needs: Needs; readonly required: readonly Parameter[]; readonly optional: readonly Parameter[] }[] = [
  { names: ['-A', '--add-service'],    op: 'add-service',    needs: 'service',     required: [],     optional: ['-s', '-b', '-p', '-M', '-o'] },
  { names: ['-E', '--edit-service'],   op: 'edit-service',   needs: 'service',     required: [],     optional: ['-s', '-b', '-p', '-M', '-o'] },
  { names: ['-D', '--delete-service'], op: 'delete-service', needs: 'service',     required: [],     optional: [] },
  { names: ['-a', '--add-server'],     op: 'add-dest',       needs: 'service',     required: ['-r'], optional: OF_DEST },
  { names: ['-e', '--edit-server'],    op: 'edit-dest',      needs: 'service',     required: ['-r'], optional: OF_DEST },
  { names: ['-d', '--delete-server'],  op: 'delete-dest',    needs: 'service',     required: ['-r'], optional: [] },
  { names: ['-Z', '--zero'],           op: 'zero',           needs: 'any service', required: [],     optional: [] },
  { names: ['--set'],                  op: 'set-timeouts',   needs: 'nothing',     required: [],     optional: [] },
];

/** `value` names what follows the option, for complaints; none when nothing does. With a `default` it may be left out. */
// biome-ignore format: a table is read row by row.
export const PARAMETERS: readonly { readonly names: readonly [Parameter, string]; readonly value?: string; readonly default?: string }[] = [
  { names: ['-t', '--tcp-service'],  value: 'ADDRESS:PORT' },
  { names: ['-u', '--udp-service'],  value: 'ADDRESS:PORT' },
  { names: ['--sctp-service', '--sctp-service'], value: 'ADDRESS:PORT' },
  { names: ['-f', '--fwmark-service'], value: 'the mark' },
  { names: ['-o', '--ops'] },
  { names: ['-r', '--real-server'],  value: 'ADDRESS:PORT' },
  { names: ['-s', '--scheduler'],    value: 'the scheduler' },
  { names: ['-b', '--sched-flags'],  value: 'the flags' },
  { names: ['-p', '--persistent'],   value: 'the seconds', default: '300' },
  { names: ['-M', '--netmask'],      value: 'the netmask' },
  { names: ['-g', '--gatewaying'] },
  { names: ['-m', '--masquerading'] },
  { names: ['-i', '--ipip'] },
  { names: ['--tun-type', '--tun-type'], value: 'the type' },
  { names: ['--tun-port', '--tun-port'], value: 'the port' },
  { names: ['--tun-nocsum', '--tun-nocsum'] },
  { names: ['--tun-csum', '--tun-csum'] },
  { names: ['--tun-remcsum', '--tun-remcsum'] },
  { names: ['-w', '--weight'],       value: 'the weight' },
  { names: ['-x', '--u-threshold'],  value: 'the upper threshold' },
  { names: ['-y', '--l-threshold'],  value: 'the lower threshold' },
];

/** Options of the real tool that the model does not follow, and what each is. */
export const UNMODELLED_OPTIONS: ReadonlyMap<string, string> = new Map(
  (
    [
      [['-6', '--ipv6'], 'IPv6'],
      [['--pe'], 'a persistence engine'],
      [['-C', '--clear'], 'clearing the table'],
      [['-R', '--restore', '-S', '--save'], 'saving and restoring'],
      [['-L', '-l', '--list', '-n', '--numeric', '-c', '--connection', '--stats', '--rate'], 'listing'],
      [['--start-daemon', '--stop-daemon'], 'the synchronisation daemon'],
    ] as const
  ).flatMap(([names, what]) => names.map((name) => [name, what] as const)),
);
