import { formatIpv4 } from '../wire/address.ts';
import { type AddressStyle, printEndpoint } from './address-text.ts';
import type { IpvsadmCommand } from './commands.ts';
import type {
  Dest,
  Encapsulation,
  ForwardMethod,
  Persistence,
  ServiceKey,
  ServiceSettings,
  VirtualService,
} from './services.ts';

/** The lines of `ipvsadm-save` (numeric: `ipvsadm-save -n`), which `ipvsadm -R` reads. */
export function printServices(services: readonly VirtualService[], style: AddressStyle): string {
  return services
    .flatMap((service) => [
      ['-A', ...serviceWords(service, style), ...settingWords(service)],
      ...service.dests.map((dest) => ['-a', ...serviceWords(service, style), ...destWords(dest, style)]),
    ])
    .map((words) => `${words.join(' ')}\n`)
    .join('');
}

const OPTION_OF = {
  'add-service': '-A',
  'edit-service': '-E',
  'delete-service': '-D',
  'add-dest': '-a',
  'edit-dest': '-e',
  'delete-dest': '-d',
  zero: '-Z',
  'set-timeouts': '--set',
} as const satisfies Record<IpvsadmCommand['op'], string>;

/** The command's words, the program's name first. */
export function ipvsadmWords(command: IpvsadmCommand, style: AddressStyle): string[] {
  return ['ipvsadm', OPTION_OF[command.op], ...argumentsOf(command, style)];
}

function argumentsOf(command: IpvsadmCommand, style: AddressStyle): string[] {
  switch (command.op) {
    case 'add-service':
    case 'edit-service':
      return [...serviceWords(command.service, style), ...settingWords(command)];
    case 'delete-service':
      return serviceWords(command.service, style);
    case 'add-dest':
    case 'edit-dest':
      return [...serviceWords(command.service, style), ...destWords(command.dest, style)];
    case 'delete-dest':
      return [...serviceWords(command.service, style), '-r', printEndpoint(command.dest, style)];
    case 'zero':
      return command.service ? serviceWords(command.service, style) : [];
    case 'set-timeouts':
      return [command.tcp, command.tcpFin, command.udp].map(String);
  }
}

const SERVICE_OPTION = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

function serviceWords(service: ServiceKey, style: AddressStyle): string[] {
  if (service.protocol === 'fwm') return ['-f', String(service.mark)];
  return [SERVICE_OPTION[service.protocol], printEndpoint(service, style)];
}

function settingWords({ scheduler, schedFlags, persistence, onePacket }: ServiceSettings): string[] {
  return [
    ...['-s', scheduler, ...(schedFlags ? ['-b', schedFlags.join(',')] : [])],
    ...(persistence ? persistenceWords(persistence) : []),
    ...(onePacket ? ['-o'] : []),
  ];
}

function persistenceWords({ timeoutSeconds, netmask }: Persistence): string[] {
  return ['-p', String(timeoutSeconds), ...(netmask === 0xffffffff ? [] : ['-M', formatIpv4(netmask)])];
}

const METHOD_OPTION = { masq: '-m', droute: '-g', tunnel: '-i' } as const satisfies Record<
  ForwardMethod,
  string
>;

function destWords(dest: Dest, style: AddressStyle): string[] {
  const { forward, encapsulation, weight, upperThreshold: upper, lowerThreshold: lower } = dest;
  return [
    ...['-r', printEndpoint(dest, style), METHOD_OPTION[forward]],
    ...(encapsulation ? encapsulationWords(encapsulation) : []),
    ...['-w', String(weight)],
    ...(upper === undefined ? [] : ['-x', String(upper)]),
    ...(lower === undefined ? [] : ['-y', String(lower)]),
  ];
}

function encapsulationWords(encapsulation: Encapsulation): string[] {
  const { type, checksum } = encapsulation;
  const port = type === 'gue' ? ['--tun-port', String(encapsulation.port)] : [];
  return ['--tun-type', type, ...port, ...(checksum === 'nocsum' ? [] : [`--tun-${checksum}`])];
}
