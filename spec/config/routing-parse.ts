import { type Ipv4, prefixMask } from '../wire/address.ts';
import { hint, parseAddress } from './address-text.ts';
import { parseMark } from './iptables-values.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import {
  type AddedRoute,
  type PolicyRule,
  type Prefix,
  REFUSALS,
  ROUTE_TYPES,
  type RoutingEntry,
  TABLES,
} from './routing.ts';
import { isThere } from './routing-same.ts';
import { TextError } from './text-error.ts';
import { TWO_ARMED } from './topology.ts';
import { splitLines, type Word, WordReader } from './words.ts';

/** More than anybody has; each line is compared with those before it. */
const MOST_ENTRIES = 500;

/** Rules and routes as one adds them, a line each: `ip rule add …`, `ip route add …`; # begins a comment. */
export function parseRouting(text: string): RoutingEntry[] {
  const entries: RoutingEntry[] = [];
  for (const line of splitLines(text)) {
    if (/^\s*(#|$)/.test(line.text)) continue;
    const entry = parseLine(new WordReader(line.text, line));
    if (isThere(entries, entry))
      throw new TextError(line, `there is such a ${entry.kind} already`, { hint: 'remove it' });
    if (entries.length >= MOST_ENTRIES)
      throw new TextError(line, 'there is too much routing', { allowed: `at most ${MOST_ENTRIES} lines` });
    entries.push(entry);
  }
  return entries;
}

function parseLine(reader: WordReader): RoutingEntry {
  const start = reader.next('the command', { allowed: COMMANDS });
  const kind = reader.next('rule or route', { allowed: COMMANDS });
  const verb = reader.next('add', { allowed: COMMANDS });
  if (start.text !== 'ip' || !['rule', 'route'].includes(kind.text) || verb.text !== 'add')
    throw new TextError(start, `"${start.text} ${kind.text} ${verb.text}" adds no routing`, {
      allowed: COMMANDS,
    });
  return kind.text === 'rule' ? parseRule(reader) : parseRoute(reader);
}

const COMMANDS = 'ip rule add … and ip route add …';

type Draft<T> = { -readonly [Key in keyof T]?: T[Key] };

const RULE_WORDS = ['from', 'to', 'fwmark', 'iif', 'priority', 'lookup', ...REFUSALS];

function parseRule(reader: WordReader): PolicyRule {
  const { place } = reader;
  const draft: Draft<PolicyRule> = {};
  while (!reader.done) readRuleWord(reader, draft);
  if (draft.action === undefined)
    throw new TextError(place, 'the rule says nothing about what shall be done', {
      allowed: `lookup TABLE ${REFUSALS.join(' ')}`,
      hint: 'add lookup 100',
    });
  return { kind: 'rule', ...draft, action: draft.action };
}

function readRuleWord(reader: WordReader, draft: Draft<PolicyRule>): void {
  const word = reader.next('a word of the rule');
  switch (word.text) {
    case 'from':
      once(word, draft.from);
      draft.from = parsePrefix(reader.next('the source'));
      break;
    case 'to':
      once(word, draft.to);
      draft.to = parsePrefix(reader.next('the destination'));
      break;
    case 'fwmark':
      once(word, draft.mark);
      draft.mark = ruleMark(reader.next('the mark'));
      break;
    case 'iif':
    case 'dev':
      once(word, draft.iif);
      draft.iif = parseDevice(reader.next('the device'));
      break;
    case 'priority':
    case 'preference':
    case 'pref':
    case 'order':
      once(word, draft.priority);
      draft.priority = parseNumber(reader.next('the priority'), 'priority', { min: 1, max: 99_999 });
      break;
    case 'lookup':
    case 'table':
      once(word, draft.action);
      draft.action = { table: parseTable(reader.next('the table')) };
      break;
    default:
      once(word, draft.action);
      draft.action =
        REFUSALS.find((refusal) => refusal === word.text) ?? unknown(word, 'word of a rule', RULE_WORDS);
  }
}

/** Mark 0 without a mask is every mark (net/core/fib_rules.c, fib_nl2rule). */
function ruleMark(word: Word): { value: number; mask: number } {
  const { value, mask } = parseMark(word);
  if (value === 0 && !word.text.includes('/'))
    throw new TextError(word, 'fwmark 0 without a mask holds for every packet', {
      hint: 'leave it out, or write fwmark 0/0xffffffff',
    });
  return { value, mask };
}

const ROUTE_WORDS = ['via', 'dev', 'table'];

function parseRoute(reader: WordReader): AddedRoute {
  const type = ROUTE_TYPES.find((name) => name === reader.peek()) ?? 'unicast';
  reader.skip(type);
  const target = reader.next('whom the route is for', { allowed: 'default or ADDRESS/LENGTH' });
  const draft: Draft<AddedRoute> = { type, prefix: routePrefix(target) };
  while (!reader.done) readRouteWord(reader, draft);
  return checked(target, draft, draft.table ?? (type === 'local' ? TABLES.local : TABLES.main));
}

function readRouteWord(reader: WordReader, draft: Draft<AddedRoute>): void {
  const word = reader.next('a word of the route');
  switch (word.text) {
    case 'via':
      once(word, draft.via);
      draft.via = gateway(reader.next('the router'));
      draft.device ??= linkOf(draft.via)!.device;
      if (linkOf(draft.via)!.device !== draft.device) throw notThere(word, draft.device);
      break;
    case 'dev':
      if (draft.via === undefined) once(word, draft.device);
      draft.device = parseDevice(reader.next('the device'));
      if (draft.via !== undefined && linkOf(draft.via)!.device !== draft.device)
        throw notThere(word, draft.device);
      break;
    case 'table':
      once(word, draft.table);
      draft.table = parseTable(reader.next('the table'));
      break;
    default:
      unknown(word, 'word of a route', ROUTE_WORDS);
  }
}

/** What the kernel would not take is not taken here. */
function checked(target: Word, { type, prefix, via, device }: Draft<AddedRoute>, table: number): AddedRoute {
  const refuse = (what: string, next: string): never => {
    throw new TextError(target, what, { hint: next });
  };
  const goes = type === 'unicast' || type === 'local';
  if (!goes && device !== undefined) refuse(`a route of type ${type} leads nowhere`, 'leave via and dev out');
  if (goes && device === undefined)
    refuse('the route does not say where it leads', `add ${type === 'local' ? 'dev lo' : 'via RIP1'}`);
  if (type === 'local' && via !== undefined) refuse('a local route has no router', 'leave via out');
  if (type === 'unicast' && device === 'lo')
    refuse('to send a packet to lo it must be local', 'write ip route add local …');
  return {
    ...{ kind: 'route', type: type!, prefix: prefix! },
    ...(via === undefined ? {} : { via }),
    ...(device === undefined ? {} : { device }),
    table,
  };
}

function notThere(word: Word, device: string): TextError {
  return new TextError(word, `the router is not on the network of ${device}`, { hint: 'leave dev out' });
}

/** A router is a neighbour, and not the director itself (net/ipv4/fib_semantics.c, fib_check_nh_v4_gw). */
function gateway(word: Word): Ipv4 {
  const address = parseAddress(word);
  const own = [...TWO_ARMED.links, ...TWO_ARMED.vips].some((one) => one.address === address);
  if (!own && linkOf(address)) return address;
  throw new TextError(word, `"${word.text}" is no router that the director can reach`, {
    allowed: 'an address of a host, such as CIP2 or RIP1',
  });
}

function linkOf(address: Ipv4) {
  return TWO_ARMED.links.find(({ address: own, prefixLength }) => {
    const mask = prefixMask(prefixLength);
    return (own & mask) >>> 0 === (address & mask) >>> 0;
  });
}

function once(word: Word, before: unknown): void {
  if (before === undefined) return;
  throw new TextError(word, `"${word.text}" is said twice`, { hint: 'remove it' });
}

function unknown(word: Word, what: string, allowed: readonly string[]): never {
  throw new TextError(word, `"${word.text}" is no ${what} that is modelled`, {
    allowed: allowed.join(' '),
    ...hint(didYouMean(word.text, allowed)),
  });
}

const EVERYBODY: readonly string[] = ['default', 'all', 'any'];

/** `default`, `VIP`, `10.0.0.0/24`; bits behind the length do not count. */
function parsePrefix(word: Word): Prefix {
  if (EVERYBODY.includes(word.text)) return { address: 0, length: 0 };
  const slash = word.text.indexOf('/');
  if (slash < 0) return { address: parseAddress(word), length: 32 };
  const after = { ...word, text: word.text.slice(slash + 1), column: word.column + slash + 1 };
  const length = parseNumber(after, 'prefix length', { min: 0, max: 32 });
  const address = parseAddress({ ...word, text: word.text.slice(0, slash) });
  return { address: (address & prefixMask(length)) >>> 0, length };
}

/** The kernel wants a route's other bits to be 0 (net/ipv4/fib_trie.c, fib_table_insert). */
function routePrefix(word: Word): Prefix {
  const prefix = parsePrefix(word);
  const slash = word.text.indexOf('/');
  const given = slash < 0 ? prefix.address : parseAddress({ ...word, text: word.text.slice(0, slash) });
  if (given === prefix.address) return prefix;
  throw new TextError(word, `"${word.text}" has bits behind its length`, {
    hint: 'set them to 0, as in 192.168.1.0/24',
  });
}

function parseDevice(word: Word): string {
  return DEVICES.find((name) => name === word.text) ?? unknown(word, 'device', DEVICES);
}

const DEVICES = ['lo', ...TWO_ARMED.links.map(({ device }) => device)];

function parseTable(word: Word): number {
  const named = Object.entries(TABLES).find(([name]) => name === word.text)?.[1];
  return named ?? parseNumber(word, 'table', { min: 1, max: 0xffffffff });
}
