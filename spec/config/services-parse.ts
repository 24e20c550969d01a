import { printEndpoint } from './address-text.ts';
import type { IpvsadmCommand } from './commands.ts';
import { parseIpvsadmArguments } from './ipvsadm-parse.ts';
import {
  type Dest,
  isSameService,
  type ServiceKey,
  type ServiceSettings,
  settingsOf,
  type VirtualService,
} from './services.ts';
import { type Place, TextError } from './text-error.ts';
import { splitLines, WordReader } from './words.ts';

/** More than anybody has; each line is compared with those before it. */
const MOST_SERVICES = 1000;
const MOST_DESTS = 1000;

type Growing = ServiceKey & ServiceSettings & { readonly dests: Dest[] };

/** The services of an `ipvsadm-save` text: lines of -A and -a, each also with `ipvsadm` before it; # begins a comment. */
export function parseServices(text: string): VirtualService[] {
  const services: Growing[] = [];
  for (const line of splitLines(text)) {
    if (/^\s*(#|$)/.test(line.text)) continue;
    const reader = new WordReader(line.text, line);
    reader.skip('ipvsadm');
    const { place } = reader;
    add(services, parseIpvsadmArguments(reader), place);
  }
  return services;
}

function add(services: Growing[], command: IpvsadmCommand, at: Place): void {
  if (command.op === 'add-service') {
    if (find(services, command.service))
      throw new TextError(at, `service ${named(command.service)} is added twice`, {
        hint: 'remove one of them',
      });
    if (services.length >= MOST_SERVICES)
      throw new TextError(at, 'there are too many services', { allowed: `at most ${MOST_SERVICES}` });
    services.push({ ...command.service, ...settingsOf(command), dests: [] });
  } else if (command.op === 'add-dest') {
    addDest(find(services, command.service), command.service, command.dest, at);
  } else {
    throw new TextError(at, 'a list of services only adds', {
      allowed: '-A and -a',
      hint: 'what happens later belongs into the timeline, under do:',
    });
  }
}

function addDest(service: Growing | undefined, key: ServiceKey, dest: Dest, at: Place): void {
  if (!service)
    throw new TextError(at, `there is no service ${named(key)} to add a server to`, {
      hint: `put its -A line before this one`,
    });
  if (service.dests.some((other) => other.address === dest.address && other.port === dest.port))
    throw new TextError(at, `server ${named(dest)} is added twice to service ${named(key)}`, {
      hint: 'remove one of them',
    });
  if (service.dests.length >= MOST_DESTS)
    throw new TextError(at, `service ${named(key)} has too many servers`, {
      allowed: `at most ${MOST_DESTS}`,
    });
  service.dests.push(dest);
}

function find(services: readonly Growing[], key: ServiceKey): Growing | undefined {
  return services.find((service) => isSameService(service, key));
}

function named(end: ServiceKey | Dest): string {
  return 'mark' in end ? `of mark ${end.mark}` : printEndpoint(end, 'named');
}
