import { hint, parseAddress, parseEndpoint, printAddress, printEndpoint } from '../config/address-text.ts';
import { didYouMean } from '../config/nearest.ts';
import { parseNumber } from '../config/number-text.ts';
import { TABLE_NAMES } from '../config/rules.ts';
import { TextError } from '../config/text-error.ts';
import { type Word, WordReader } from '../config/words.ts';
import {
  type AnnouncedFact,
  type ConnectionFact,
  type ConntrackFact,
  DROPPERS,
  type Expectation,
  type Fact,
} from '../expectation.ts';
import { CHANGES } from '../tables/changes.ts';
import { HOOKS } from '../tables/hooks.ts';
import { ICMP_NAMES } from '../tables/icmp-names.ts';
import { parseFlowName } from './flow.ts';
import { parseHost } from './packet.ts';
import { inQuotes, parseSays, takeSays } from './says.ts';

/** `to RIP1`, `dropped at LOCAL_IN filter`, `ActiveConn 1 InActConn 0`: what an expectation says, and back. */

type Kind = Fact['kind'];
type Of<K extends Kind> = Extract<Fact, { kind: K }>;

interface Wording<K extends Kind> {
  /** The words that begin it. */
  readonly first: readonly string[];
  readonly shape: string;
  print(fact: Of<K>): readonly (string | number)[];
  /** Reads what follows the first words. */
  parse(reader: WordReader, text: string): Of<K>;
}

const TTL = { min: 1, max: 255 };
const COUNT = { min: 0, max: 1_000_000 };
const HOOK_PREFIX = 'NF_INET_';

const WORDINGS: { readonly [K in Kind]: Wording<K> } = {
  sent: {
    first: ['to'],
    shape: 'to HOST [from ADDRESS:PORT] [ttl N]',
    print: ({ to, source, ttl }) => [
      to,
      ...option('from', source && printEndpoint(source, 'named')),
      ...option('ttl', ttl),
    ],
    parse: (reader) => ({
      kind: 'sent',
      to: parseHost(reader.next('the host')),
      ...(reader.skip('from') ? { source: parseEndpoint(reader.next('the source')) } : {}),
      ...(reader.skip('ttl') ? { ttl: parseNumber(reader.next('the TTL'), 'time to live', TTL) } : {}),
    }),
  },
  nothing: {
    first: ['nothing', 'out'],
    shape: 'nothing out',
    print: () => [],
    parse: () => ({ kind: 'nothing' }),
  },
  dropped: {
    first: ['dropped', 'at'],
    shape: 'dropped at HOOK STATION',
    print: ({ hook, by }) => [hook.slice(HOOK_PREFIX.length), by],
    parse: parseDropped,
  },
  reset: {
    first: ['answered', 'rst'],
    shape: 'answered rst',
    print: () => [],
    parse: () => ({ kind: 'reset' }),
  },
  icmp: {
    first: ['answered', 'icmp'],
    shape: 'answered icmp NAME|TYPE/CODE [mtu N]',
    print: ({ type, code, mtu }) => [
      ICMP_NAMES.find((row) => row.type === type && row.code === code)?.name ?? `${type}/${code}`,
      ...option('mtu', mtu),
    ],
    parse: parseIcmp,
  },
  refused: { first: ['refused'], shape: 'refused', print: () => [], parse: () => ({ kind: 'refused' }) },
  counts: {
    first: ['ActiveConn'],
    shape: 'ActiveConn N InActConn N [of HOST]',
    print: ({ active, inactive, of }) => [active, 'InActConn', inactive, ...option('of', of)],
    parse: parseCounts,
  },
  ipvs: {
    first: ['ipvs'],
    shape: 'ipvs STATE|none [to HOST] [for SECONDSs] [of FLOW]',
    print: ({ state, to, seconds, flow }) => [
      state ?? 'none',
      ...option('to', to),
      ...option('for', seconds === undefined ? undefined : `${seconds}s`),
      ...option('of', flow),
    ],
    parse: parseConnection,
  },
  conntrack: {
    first: ['conntrack'],
    shape: 'conntrack STATE|any|none [UNREPLIED|REPLIED|ASSURED] [for SECONDSs] [of FLOW]',
    print: ({ state, reply, seconds, flow }) => [
      state === '' ? 'any' : (state ?? 'none'),
      ...(reply ? [reply] : []),
      ...option('for', seconds === undefined ? undefined : `${seconds}s`),
      ...option('of', flow),
    ],
    parse: parseConntrack,
  },
  says: {
    first: ['says'],
    shape: 'says "TEXT"',
    print: ({ text }) => [inQuotes(text)],
    parse: parseSaying,
  },
  announced: {
    first: ['announced'],
    shape: 'announced ADDRESS > ADDRESS:PORT|none',
    print: ({ from, place }) =>
      from === undefined ? ['none'] : [printAddress(from, 'named'), '>', printEndpoint(place!, 'named')],
    parse: parseAnnounced,
  },
  rule: {
    first: ['rule'],
    shape: 'rule [TABLE] CHAIN N counted|silent',
    print: ({ table, chain, rule, counted }) => [
      ...(table === 'filter' ? [] : [table]),
      chain,
      rule,
      counted ? 'counted' : 'silent',
    ],
    parse: parseRule,
  },
};

const SHAPES = Object.values(WORDINGS)
  .map(({ shape }) => shape)
  .join(', ');

export function printFact(fact: Fact): string {
  const { first, print } = WORDINGS[fact.kind] as Wording<Kind>;
  return [...first, ...print(fact)].join(' ');
}

export function parseFact(text: string): Fact {
  const reader = new WordReader(text);
  const wording = Object.values(WORDINGS).find(({ first }) =>
    first.every((word, ahead) => reader.peek(ahead) === word),
  );
  if (!wording) {
    const word = reader.next('what is expected', { allowed: SHAPES });
    throw new TextError(word, `"${text.trim()}" is nothing that can be expected`, { allowed: SHAPES });
  }
  for (const word of wording.first) reader.skip(word);
  const fact = wording.parse(reader, text);
  if (!reader.done)
    throw new TextError(reader.place, `"${reader.peek()}" follows a complete expectation`, {
      allowed: wording.shape,
    });
  return fact;
}

/** `when: not threshold-on-edit`: a condition on the kernel, by the names of tables/changes. */
export function parseWhen(text: string): NonNullable<Expectation['when']> {
  const reader = new WordReader(text);
  const has = !reader.skip('not');
  const word = reader.next('the change', { allowed: 'a row of lvscheck kernels changes' });
  const change = CHANGES.find(({ id }) => id === word.text)?.id;
  if (change && reader.done) return { change, has };
  const names = CHANGES.map(({ id }) => id);
  throw new TextError(word, `"${text}" names no change between kernels`, {
    allowed: `[not] and one of ${names.join(' ')}`,
    ...hint(didYouMean(word.text, names)),
  });
}

export const printWhen = ({ change, has }: NonNullable<Expectation['when']>): string =>
  has ? change : `not ${change}`;

function option(word: string, value: string | number | undefined): (string | number)[] {
  return value === undefined ? [] : [word, value];
}

function parseDropped(reader: WordReader): Of<'dropped'> {
  const names = HOOKS.map((hook) => hook.slice(HOOK_PREFIX.length));
  const hook = HOOKS[names.indexOf(oneOf(reader.next('the hook'), names, 'hook'))]!;
  return { kind: 'dropped', hook, by: oneOf(reader.next('who drops it'), DROPPERS, 'station') };
}

function parseIcmp(reader: WordReader): Of<'icmp'> {
  const word = reader.next('NAME or TYPE/CODE');
  const named = ICMP_NAMES.find(({ name }) => name === word.text);
  const numbers = /^(\d{1,3})\/(\d{1,3})$/.exec(word.text);
  if (!named && !numbers)
    throw new TextError(word, `"${word.text}" is no ICMP message`, {
      allowed: `TYPE/CODE, or one of ${ICMP_NAMES.map(({ name }) => name).join(' ')}`,
    });
  const { type, code } = named ?? { type: Number(numbers![1]), code: Number(numbers![2]) };
  const mtu = reader.skip('mtu')
    ? parseNumber(reader.next('the MTU'), 'MTU', { min: 0, max: 65535 })
    : undefined;
  return { kind: 'icmp', type, code, ...(mtu === undefined ? {} : { mtu }) };
}

function parseCounts(reader: WordReader): Of<'counts'> {
  const active = parseNumber(reader.next('a number'), 'number of connections', COUNT);
  const second = reader.next('InActConn');
  if (second.text !== 'InActConn')
    throw new TextError(second, `"${second.text}" stands where InActConn belongs`, {
      allowed: WORDINGS.counts.shape,
    });
  const inactive = parseNumber(reader.next('a number'), 'number of connections', COUNT);
  return {
    kind: 'counts',
    active,
    inactive,
    ...(reader.skip('of') ? { of: parseHost(reader.next('the host')) } : {}),
  };
}

function parseConnection(reader: WordReader): ConnectionFact {
  const state = parseState(reader.next('the state'));
  return {
    kind: 'ipvs',
    state,
    ...(reader.skip('to') ? { to: parseHost(reader.next('the host')) } : {}),
    ...parseLife(reader),
  };
}

function parseConntrack(reader: WordReader): ConntrackFact {
  const word = reader.next('the state');
  const state = word.text === 'any' ? '' : parseState(word);
  const reply = (['UNREPLIED', 'REPLIED', 'ASSURED'] as const).find((name) => reader.skip(name));
  return { kind: 'conntrack', state, ...(reply ? { reply } : {}), ...parseLife(reader) };
}

/** `for 120s of f2`, both optional. */
function parseLife(reader: WordReader): Pick<ConnectionFact, 'seconds' | 'flow'> {
  return {
    ...(reader.skip('for') ? { seconds: parseSeconds(reader.next('the seconds')) } : {}),
    ...(reader.skip('of') ? { flow: parseFlowName(reader.next('the flow')) } : {}),
  };
}

/** The reader does not know this language's escapes. */
function parseSaying(reader: WordReader, text: string): Of<'says'> {
  reader.next('the text in quotes', { allowed: WORDINGS.says.shape });
  return { kind: 'says', text: parseSays(takeSays(` ${text}`).says!) };
}

function parseAnnounced(reader: WordReader): AnnouncedFact {
  if (reader.skip('none')) return { kind: 'announced', from: undefined };
  const from = parseAddress(reader.next('who shall connect'));
  const arrow = reader.next('>', { allowed: WORDINGS.announced.shape });
  if (arrow.text !== '>')
    throw new TextError(arrow, `"${arrow.text}" stands where > belongs`, {
      allowed: WORDINGS.announced.shape,
    });
  return { kind: 'announced', from, place: parseEndpoint(reader.next('where it shall connect to')) };
}

function parseState(word: Word): string | undefined {
  if (word.text === 'none') return undefined;
  if (/^[A-Z][A-Z0-9_]*$/.test(word.text)) return word.text;
  throw new TextError(word, `"${word.text}" is no state`, {
    allowed: 'none, or a state as ipvsadm and conntrack print it',
  });
}

function parseSeconds(word: Word): number {
  const found = /^(\d{1,9})s$/.exec(word.text);
  if (found) return Number(found[1]);
  throw new TextError(word, `"${word.text}" is no time`, { allowed: 'whole seconds, as in 120s' });
}

function parseRule(reader: WordReader): Of<'rule'> {
  const table = TABLE_NAMES.find((name) => reader.skip(name)) ?? 'filter';
  const chain = reader.next('the chain').text;
  const rule = parseNumber(reader.next('the number of the rule'), 'number of a rule', {
    min: 1,
    max: 100_000,
  });
  const counted =
    oneOf(reader.next('counted or silent'), ['counted', 'silent'], 'state of a rule') === 'counted';
  return { kind: 'rule', table, chain, rule, counted };
}

function oneOf<const Name extends string>(word: Word, names: readonly Name[], what: string): Name {
  const name = names.find((each) => each === word.text);
  if (name !== undefined) return name;
  throw new TextError(word, `"${word.text}" is no ${what}`, {
    allowed: names.join(' '),
    ...hint(didYouMean(word.text, names)),
  });
}
