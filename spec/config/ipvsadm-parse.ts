import { parseIpv4 } from '../wire/address.ts';
import { hint, parseEndpoint } from './address-text.ts';
import type { IpvsadmCommand } from './commands.ts';
import { parseEncapsulation } from './encapsulation-parse.ts';
import {
  COMMANDS,
  PARAMETERS,
  type Parameter,
  SERVICE_PARAMETERS,
  UNMODELLED_OPTIONS,
} from './ipvsadm-options.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import {
  byMark,
  type Dest,
  type ForwardMethod,
  HIGHEST_THRESHOLD,
  keepsPort,
  type Persistence,
  SCHEDULER_FLAGS,
  SCHEDULERS,
  type SchedulerFlag,
  type SchedulerName,
  type ServiceKey,
  type ServiceSettings,
  takesFlag,
} from './services.ts';
import { TextError } from './text-error.ts';
import type { Word, WordReader } from './words.ts';

const EVERY_BIT = 0xffffffff;

/** The longest time `ipvsadm --set` takes: 31 days (MAX_TIMEOUT of ipvsadm.c). */
const LONGEST_TIMEOUT = 86_400 * 31;

type CommandRow = (typeof COMMANDS)[number];

/** What was given: each parameter with its value, or with itself when it has none. */
type Given = ReadonlyMap<Parameter, Word>;

/** What follows `ipvsadm` on a command line, or stands on a line of `ipvsadm-save`. */
export function parseIpvsadmArguments(reader: WordReader): IpvsadmCommand {
  const first = reader.next('the command', { allowed: COMMAND_NAMES });
  const command = commandRow(first);
  if (command.op === 'set-timeouts') return timeouts(reader);
  const given = parameters(reader, command);
  for (const name of command.required)
    if (!given.has(name))
      throw new TextError(reader.place, `${name} is missing`, { allowed: usage(command) });
  const service = serviceNamed(given);
  if (service) return build(command.op, service, given);
  if (command.op === 'zero') return { tool: 'ipvsadm', op: 'zero' };
  throw new TextError(reader.place, 'the service is missing', { allowed: usage(command) });
}

/** The most that ipvsadm takes. */
const HIGHEST_MARK = 0x7fffffff;

const PROTOCOLS = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' } as const;

/** The one service that the line names. */
function serviceNamed(given: Given): ServiceKey | undefined {
  const [name, another] = SERVICE_PARAMETERS.filter((one) => given.has(one));
  if (another)
    throw new TextError(given.get(another)!, `${name} and ${another} exclude each other`, {
      hint: 'remove one of them',
    });
  if (name === undefined) return undefined;
  const word = given.get(name)!;
  if (name === '-f') return byMark(parseNumber(word, 'firewall mark', { min: 1, max: HIGHEST_MARK }));
  return { protocol: PROTOCOLS[name], ...parseEndpoint(word, { anyPort: true }) };
}

const COMMAND_NAMES = COMMANDS.map((row) => row.names[0]).join(' ');

const PARAMETER_OF: ReadonlyMap<string, (typeof PARAMETERS)[number]> = new Map(
  PARAMETERS.flatMap((row) => row.names.map((name) => [name, row] as const)),
);

function commandRow(word: Word): CommandRow {
  const row = COMMANDS.find(({ names }) => names.includes(word.text));
  if (row) return row;
  refuseUnmodelled(word);
  const names = COMMANDS.flatMap((command) => command.names);
  throw new TextError(word, `"${word.text}" is no command of ipvsadm`, {
    allowed: COMMAND_NAMES,
    ...hint(PARAMETER_OF.has(word.text) ? 'the command comes first' : didYouMean(word.text, names)),
  });
}

function parameters(reader: WordReader, command: CommandRow): Given {
  const given = new Map<Parameter, Word>();
  while (!reader.done) {
    const word = reader.next('an option');
    const row = PARAMETER_OF.get(word.text);
    if (!row) throw unknownOption(word, command);
    const [name] = row.names;
    if (!takes(command).includes(name))
      throw new TextError(word, `${word.text} does not go with ${command.names[0]}`, {
        allowed: usage(command),
      });
    if (given.has(name))
      throw new TextError(word, `${word.text} is given twice`, { hint: 'remove one of them' });
    given.set(name, valueAfter(row, word, reader));
  }
  return given;
}

/** What follows an option; the option itself when nothing does, its default when it may be left out and is. */
function valueAfter(row: (typeof PARAMETERS)[number], word: Word, reader: WordReader): Word {
  if (row.value === undefined) return word;
  if (row.default !== undefined && (reader.peek() ?? '-').startsWith('-'))
    return { ...word, text: row.default };
  return reader.next(`${row.value} after ${word.text}`);
}

function unknownOption(word: Word, command: CommandRow): TextError {
  refuseUnmodelled(word);
  return new TextError(word, `"${word.text}" is no option of ipvsadm ${command.names[0]}`, {
    allowed: usage(command),
    ...hint(didYouMean(word.text, PARAMETER_OF.keys())),
  });
}

function refuseUnmodelled(word: Word): void {
  const what = UNMODELLED_OPTIONS.get(word.text);
  if (what === undefined) return;
  const known = [...COMMANDS.map((row) => row.names[0]), ...PARAMETERS.map((row) => row.names[0])].join(' ');
  throw new TextError(word, `${word.text} (${what}) is not modelled`, { allowed: known });
}

function takes({ needs, required, optional }: CommandRow): readonly Parameter[] {
  return [...(needs === 'nothing' ? [] : SERVICE_PARAMETERS), ...required, ...optional];
}

const SERVICE_USAGE = { service: [SERVICE_PARAMETERS.join('|')], nothing: [] };

function usage({ names, needs, required, optional }: CommandRow): string {
  const service = needs === 'any service' ? [`[${SERVICE_USAGE.service}]`] : SERVICE_USAGE[needs];
  return [names[0], ...service, ...required, ...optional.map((name) => `[${name}]`)].join(' ');
}

function timeouts(reader: WordReader): IpvsadmCommand {
  const read = (what: string): number =>
    parseNumber(reader.next(what, { allowed: '--set TCP TCPFIN UDP, in seconds' }), `timeout in seconds`, {
      min: 0,
      max: LONGEST_TIMEOUT,
    });
  const values = { tcp: read('TCP'), tcpFin: read('TCPFIN'), udp: read('UDP') };
  return { tool: 'ipvsadm', op: 'set-timeouts', ...values };
}

function build(
  op: Exclude<IpvsadmCommand['op'], 'set-timeouts'>,
  service: ServiceKey,
  given: Given,
): IpvsadmCommand {
  switch (op) {
    case 'add-service':
    case 'edit-service':
      return { tool: 'ipvsadm', op, service, ...checkedSettings(service, given) };
    case 'delete-service':
    case 'zero':
      return { tool: 'ipvsadm', op, service };
    case 'add-dest':
    case 'edit-dest':
      return { tool: 'ipvsadm', op, service, dest: dest(given, service) };
    case 'delete-dest':
      return {
        tool: 'ipvsadm',
        op,
        service,
        dest: parseEndpoint(given.get('-r')!, { defaultPort: service.port, anyPort: true }),
      };
  }
}

/** What waits for every port would not know where to send a client's second connection without persistence. */
function checkedSettings(service: ServiceKey, given: Given): ServiceSettings {
  const said = settings(given);
  if (service.protocol !== 'fwm' && service.port === 0 && !said.persistence)
    throw new TextError(serviceWord(given), 'port 0 is for persistent services only', { hint: 'add -p' });
  if (said.onePacket && service.protocol !== 'udp' && service.protocol !== 'fwm')
    throw new TextError(given.get('-o')!, '-o is for datagrams only', { hint: 'remove it' });
  return said;
}

function serviceWord(given: Given): Word {
  return given.get(SERVICE_PARAMETERS.find((name) => given.has(name))!)!;
}

function settings(given: Given): ServiceSettings {
  const name = scheduler(given.get('-s'));
  const word = given.get('-b');
  const [seconds, netmask] = [given.get('-p'), given.get('-M')];
  if (netmask && !seconds)
    throw new TextError(netmask, '-M says nothing without -p', { hint: 'add -p, or remove it' });
  return {
    scheduler: name,
    ...(word && { schedFlags: schedulerFlags(word, name) }),
    ...(seconds && { persistence: persistence(seconds, netmask) }),
    ...(given.has('-o') && { onePacket: true }),
  };
}

function persistence(seconds: Word, netmask: Word | undefined): Persistence {
  const timeoutSeconds = parseNumber(seconds, 'timeout in seconds', { min: 1, max: LONGEST_TIMEOUT });
  const mask = netmask ? parseIpv4(netmask.text) : EVERY_BIT;
  if (mask === undefined)
    throw new TextError(netmask!, `"${netmask!.text}" is no netmask`, { allowed: 'as in 255.255.255.0' });
  return { timeoutSeconds, netmask: mask };
}

/** ipvsadm names the flags in one word, and takes only those of the scheduler that stands before them. */
function schedulerFlags(word: Word, scheduler: SchedulerName): readonly SchedulerFlag[] {
  const allowed = SCHEDULER_FLAGS.filter((flag) => takesFlag(scheduler, flag));
  const named = word.text.split(',').map((text) => {
    const flag = allowed.find((one) => one === text);
    if (flag) return flag;
    throw new TextError(word, `"${text}" is no flag of the scheduler ${scheduler}`, {
      allowed: allowed.join(' ') || 'none',
      ...hint(didYouMean(text, allowed)),
    });
  });
  return allowed.filter((flag) => named.includes(flag));
}

/** ipvsadm takes wlc when nothing is said, also with -E. */
function scheduler(word: Word | undefined): SchedulerName {
  if (!word) return 'wlc';
  const found = SCHEDULERS.find((name) => name === word.text);
  if (found) return found;
  throw new TextError(word, `"${word.text}" is no scheduler`, {
    allowed: SCHEDULERS.join(' '),
    ...hint(didYouMean(word.text, SCHEDULERS)),
  });
}

function dest(given: Given, service: ServiceKey): Dest {
  const word = given.get('-r')!;
  const forward = forwardMethod(given);
  const end = parseEndpoint(word, { defaultPort: service.port, anyPort: true });
  if (keepsPort(forward) && end.port !== service.port && service.protocol !== 'fwm')
    throw new TextError(word, `${METHODS[forward]} cannot change the port to ${end.port}`, {
      hint: `ipvsadm would silently take ${service.port}: write that, or use -m`,
    });
  const encapsulation = parseEncapsulation(given);
  const weight = given.get('-w');
  const [upper, lower] = [given.get('-x'), given.get('-y')];
  return {
    ...end,
    forward,
    ...(encapsulation && { encapsulation }),
    weight: weight ? parseNumber(weight, 'weight', { min: 0, max: 65535 }) : 1,
    ...(upper && { upperThreshold: threshold(upper) }),
    ...(lower && { lowerThreshold: threshold(lower) }),
  };
}

const METHODS = {
  masq: 'masquerading (-m)',
  droute: 'direct routing (-g)',
  tunnel: 'tunnelling (-i)',
} as const;

/** ipvsadm takes direct routing when nothing is said. */
function forwardMethod(given: Given): ForwardMethod {
  const [name, another] = (['-g', '-m', '-i'] as const).filter((one) => given.has(one));
  if (another)
    throw new TextError(given.get(another)!, `${name} and ${another} exclude each other`, {
      hint: 'remove one of them',
    });
  if (name === '-i') return 'tunnel';
  return name === '-m' ? 'masq' : 'droute';
}

function threshold(word: Word): number {
  return parseNumber(word, 'threshold', { min: 0, max: HIGHEST_THRESHOLD });
}
