import type { Ipv4 } from '../wire/address.ts';
import { type AddressStyle, hint, parseAddress, printAddress } from './address-text.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import { TextError } from './text-error.ts';
import type { Word, WordReader } from './words.ts';

/** `conntrack -F`, or `-D` with at least one condition. */
export type ConntrackCommand =
  | { readonly tool: 'conntrack'; readonly op: 'flush' }
  | ({ readonly tool: 'conntrack'; readonly op: 'delete' } & EntryFilter);

/** Entries by their original direction; what is not said may be anything. Ports only with a protocol that has them. */
export interface EntryFilter {
  readonly protocol?: TrackedProtocol;
  readonly source?: Ipv4;
  readonly destination?: Ipv4;
  readonly sport?: number;
  readonly dport?: number;
}

/** Those for which the program has options of their own (conntrack(8)). */
export const TRACKED_PROTOCOLS = ['tcp', 'udp', 'sctp', 'icmp'] as const;
export type TrackedProtocol = (typeof TRACKED_PROTOCOLS)[number];

const PORT = { min: 0, max: 65535 };
const SHAPE = '-F, or -D [-p PROTOCOL [--sport N] [--dport N]] [-s ADDRESS] [-d ADDRESS]';

/** Each option's names (conntrack(8)). */
const NAMES: Readonly<Record<string, string>> = {
  ...{ '-F': 'flush', '--flush': 'flush', '-D': 'delete', '--delete': 'delete' },
  ...{ '-p': 'protocol', '--proto': 'protocol' },
  ...{ '-s': 'source', '--src': 'source', '--orig-src': 'source' },
  ...{ '-d': 'destination', '--dst': 'destination', '--orig-dst': 'destination' },
  ...{ '--sport': 'sport', '--orig-port-src': 'sport', '--dport': 'dport', '--orig-port-dst': 'dport' },
};

export function parseConntrackArguments(reader: WordReader): ConntrackCommand {
  const op = reader.next('the command', { allowed: SHAPE });
  if (NAMES[op.text] === 'flush') return { tool: 'conntrack', op: 'flush' };
  if (NAMES[op.text] !== 'delete')
    throw new TextError(op, `"${op.text}" is not modelled`, { allowed: SHAPE });
  if (reader.done)
    throw new TextError(reader.place, '-D says of no entry that it is meant', { allowed: SHAPE });
  let filter: EntryFilter = {};
  while (!reader.done) filter = { ...filter, ...parseCondition(reader, filter) };
  return { tool: 'conntrack', op: 'delete', ...filter };
}

function parseCondition(reader: WordReader, given: EntryFilter): EntryFilter {
  const option = reader.next('a condition', { allowed: SHAPE });
  const value = reader.next(`what follows ${option.text}`, { allowed: SHAPE });
  const { protocol } = given;
  const name = NAMES[option.text];
  if (name !== undefined && name in given)
    throw new TextError(option, `${option.text} is given twice`, { hint: 'remove one of them' });
  switch (name) {
    case 'protocol':
      return { protocol: parseProtocol(value) };
    case 'source':
    case 'destination':
      return { [name]: parseAddress(value) };
    case 'sport':
    case 'dport':
      if (protocol !== undefined && protocol !== 'icmp') return { [name]: parseNumber(value, 'port', PORT) };
      throw new TextError(option, `${option.text} needs a protocol with ports before it`, {
        allowed: '-p tcp, -p udp, -p sctp',
      });
    default:
      throw new TextError(option, `"${option.text}" is not modelled`, { allowed: SHAPE });
  }
}

function parseProtocol(word: Word): TrackedProtocol {
  const found = TRACKED_PROTOCOLS.find((name) => name === word.text);
  if (found) return found;
  throw new TextError(word, `"${word.text}" is no protocol that conntrack is told`, {
    allowed: TRACKED_PROTOCOLS.join(' '),
    ...hint(didYouMean(word.text, TRACKED_PROTOCOLS)),
  });
}

export function conntrackWords(command: ConntrackCommand, style: AddressStyle): string[] {
  if (command.op === 'flush') return ['conntrack', '-F'];
  const { protocol, source, destination, sport, dport } = command;
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  const address = (value: Ipv4 | undefined) => (value === undefined ? undefined : printAddress(value, style));
  return [
    ...['conntrack', '-D', ...option('-p', protocol)],
    ...[...option('--sport', sport), ...option('--dport', dport)],
    ...[...option('-s', address(source)), ...option('-d', address(destination))],
  ];
}
