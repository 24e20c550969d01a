import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** Named sets of a table: their elements. */
export type NftSets = ReadonlyMap<string, readonly string[]>;

/** What a rule of nft asks and does, in the options of iptables. Where nft has a set, there are several ways. */
interface Draft {
  matches: readonly (readonly string[])[];
  targets: string[][];
}

/** More rules than anybody wants to read. */
const MOST_RULES = 500;

/** The options after `-A CHAIN` of the rules that one rule of nft comes to; none for one about IPv6. */
export function rulesOfNft(words: readonly Word[], sets: NftSets): readonly (readonly string[])[] {
  const reader = new NftReader(words, sets);
  let draft: Draft = { matches: [[]], targets: [] };
  const ways: string[][] = [];
  while (!reader.done) {
    const word = reader.next();
    if (['ip6', 'icmpv6'].includes(word.text)) return [];
    const vmap = MATCHES[word.text]?.(reader, word) ?? action(reader, word, draft);
    if (vmap === undefined) continue;
    if (vmap === 'IPv6') return [];
    draft = { ...draft, matches: product(draft.matches, vmap.matches, word) };
    if (vmap.verdicts)
      return draft.matches.map((match, index) => [
        ...match,
        ...vmap.verdicts![index % vmap.verdicts!.length]!,
      ]);
  }
  const targets = draft.targets.length > 0 ? draft.targets : [[]];
  for (const target of targets) for (const match of draft.matches) ways.push([...match, ...target]);
  return ways;
}

/** What one condition comes to: any of these options, each with a verdict of its own in a vmap. */
interface Condition {
  readonly matches: readonly (readonly string[])[];
  readonly verdicts?: readonly string[][];
}

function product(
  before: Draft['matches'],
  more: Condition['matches'],
  at: Word,
): readonly (readonly string[])[] {
  if (before.length * more.length > MOST_RULES)
    throw new TextError(at, `the sets of this rule come to more than ${MOST_RULES} rules`);
  return before.flatMap((one) => more.map((other) => merged(one, other)));
}

/** `-p tcp` is said once. */
function merged(one: readonly string[], other: readonly string[]): readonly string[] {
  const repeats = other[0] === '-p' && one[one.indexOf('-p') + 1] === other[1] && one.includes('-p');
  return [...one, ...(repeats ? other.slice(2) : other)];
}

class NftReader {
  readonly #words: readonly Word[];
  readonly #sets: NftSets;
  #at = 0;

  constructor(words: readonly Word[], sets: NftSets) {
    this.#words = words;
    this.#sets = sets;
  }

  get done(): boolean {
    return this.#at >= this.#words.length;
  }

  /** The word that was read last. */
  get last(): Word {
    return this.#words[this.#at - 1] ?? this.#words[0]!;
  }

  peek(): string {
    return this.#words[this.#at]?.text ?? '';
  }

  skip(...texts: readonly string[]): boolean {
    if (!texts.includes(this.peek())) return false;
    this.#at += 1;
    return true;
  }

  next(): Word {
    const word = this.#words[this.#at];
    if (!word) throw new TextError(this.#words.at(-1)!, 'the rule ends too early');
    this.#at += 1;
    return word;
  }

  /** What is asked for: `!= 80`, `{ 80, 443 }`, `@name`, `syn,ack`, `vmap { new : accept }`. */
  values(): { readonly inverted: boolean; readonly values: string[]; readonly verdicts?: string[][] } {
    const inverted = this.skip('!=', '!');
    if (!inverted) this.skip('==', '=');
    if (this.skip('vmap')) return { inverted, ...this.#verdicts() };
    if (this.peek() === '{') return { inverted, values: this.#listed() };
    const first = this.next();
    if (first.text.startsWith('@')) {
      const elements = this.#sets.get(first.text.slice(1));
      if (!elements) throw new TextError(first, `there is no set ${first.text.slice(1)}`);
      return { inverted, values: [...elements] };
    }
    const values = [first.text];
    while (this.skip(',')) values.push(this.next().text);
    return { inverted, values };
  }

  #listed(): string[] {
    this.next();
    const values: string[] = [];
    while (!this.skip('}')) if (!this.skip(',')) values.push(this.next().text);
    return values;
  }

  #verdicts(): { values: string[]; verdicts: string[][] } {
    const values: string[] = [];
    const verdicts: string[][] = [];
    if (!this.skip('{'))
      throw new TextError(this.next(), 'a map by name is not read', { hint: 'write { … }' });
    while (!this.skip('}')) {
      if (this.skip(',')) continue;
      values.push(this.next().text.replace(/:$/, ''));
      this.skip(':');
      const verdict = this.next();
      verdicts.push(verdictOf(verdict, this) ?? unmapped(verdict));
    }
    return { values, verdicts };
  }
}

type MatchReader = (reader: NftReader, word: Word) => Condition | 'IPv6' | undefined;

const device =
  (option: string): MatchReader =>
  (reader) =>
    each(reader, (name, no) => [...no, option, name.replace(/\*$/, '+')]);

/** What begins a condition of nft, and what it is in iptables. Undefined when it is an action. */
const MATCHES: Readonly<Record<string, MatchReader>> = {
  iifname: device('-i'),
  iif: device('-i'),
  oifname: device('-o'),
  oif: device('-o'),
  ip: (reader) => {
    const word = reader.next();
    if (word.text === 'protocol') return each(reader, (name, no) => [...no, '-p', name]);
    const option = { saddr: '-s', daddr: '-d' }[word.text] ?? unmapped(word);
    const range = option === '-s' ? '--src-range' : '--dst-range';
    return each(reader, (address, no) =>
      address.includes('-') ? ['-m', 'iprange', ...no, range, address] : [...no, option, address],
    );
  },
  meta: (reader, word) => {
    if (reader.skip('l4proto', 'protocol')) return each(reader, (name, no) => protocolOf(name, no));
    if (reader.skip('nfproto')) return reader.next().text === 'ipv6' ? 'IPv6' : { matches: [[]] };
    if (reader.skip('iifname', 'iif')) return device('-i')(reader, word);
    if (reader.skip('oifname', 'oif')) return device('-o')(reader, word);
    if (!reader.skip('mark')) return unmapped(reader.next());
    return reader.peek() === 'set' ? undefined : mark(reader, 'mark');
  },
  mark: (reader) => (reader.peek() === 'set' ? undefined : mark(reader, 'mark')),
  tcp: (reader, word) => (reader.skip('flags') ? tcpFlags(reader) : ports(reader, word.text)),
  udp: (reader, word) => ports(reader, word.text),
  ct: (reader) => {
    if (reader.skip('mark')) return reader.peek() === 'set' ? undefined : mark(reader, 'connmark');
    const word = reader.next();
    if (word.text !== 'state') return unmapped(word);
    const { inverted, values, verdicts } = reader.values();
    const asked = (states: readonly string[]) => [
      '-m',
      'conntrack',
      ...not(inverted),
      '--ctstate',
      states.join(',').toUpperCase(),
    ];
    return verdicts ? { matches: values.map((one) => asked([one])), verdicts } : { matches: [asked(values)] };
  },
};

const not = (inverted: boolean): string[] => (inverted ? ['!'] : []);

/** Any of the values; all of those that must not be. */
function each(reader: NftReader, say: (value: string, no: readonly string[]) => string[]): Condition {
  const { inverted, values, verdicts } = reader.values();
  const said = values.map((value) => say(value, not(inverted)));
  // iptables takes each of these options once.
  if (inverted && said.length > 1)
    throw new TextError(reader.last, 'a set that must not match cannot be said in iptables');
  return { matches: said, ...(verdicts && { verdicts }) };
}

function protocolOf(name: string, no: readonly string[]): string[] {
  return name === 'ip' ? [] : [...no, '-p', name];
}

function mark(reader: NftReader, kind: 'mark' | 'connmark'): Condition {
  const mask = reader.skip('&') || reader.skip('and') ? `/${reader.next().text}` : '';
  return each(reader, (value, no) => ['-m', kind, ...no, '--mark', `${value}${mask}`]);
}

function ports(reader: NftReader, protocol: string): Condition {
  const word = reader.next();
  const option = { sport: '--sport', dport: '--dport' }[word.text] ?? unmapped(word);
  const { inverted, values, verdicts } = reader.values();
  const head = ['-p', protocol];
  const one = (value: string) => [...head, '-m', protocol, ...not(inverted), option, value.replace('-', ':')];
  if (verdicts) return { matches: values.map(one), verdicts };
  if (values.length === 1) return { matches: [one(values[0]!)] };
  const all = values.map((value) => value.replace('-', ':')).join(',');
  return { matches: [[...head, '-m', 'multiport', ...not(inverted), `${option}s`, all]] };
}

/** `tcp flags syn / fin,syn,rst,ack` or `tcp flags & (fin | syn | rst | ack) == syn`. */
function tcpFlags(reader: NftReader): Condition {
  const list = (): string[] => {
    const inBrackets = reader.skip('(');
    const flags = [reader.next().text];
    while (reader.skip('|', ',')) flags.push(reader.next().text);
    if (inBrackets) reader.skip(')');
    return flags;
  };
  const ask = (mask: string[], set: string[], inverted: boolean): Condition => ({
    matches: [
      [
        '-p',
        'tcp',
        '-m',
        'tcp',
        ...not(inverted),
        '--tcp-flags',
        mask.join(',').toUpperCase(),
        set.join(',').toUpperCase(),
      ],
    ],
  });
  if (reader.skip('&')) {
    const mask = list();
    const inverted = reader.skip('!=');
    if (!inverted) reader.skip('==');
    const set = list();
    return ask(mask, set[0] === '0x0' ? ['none'] : set, inverted);
  }
  const inverted = reader.skip('!=');
  if (!inverted) reader.skip('==');
  const set = list();
  // Without a mask nft asks for any of them; for one flag that is the same as all.
  return ask(reader.skip('/') ? list() : set, set, inverted);
}

/** What a rule does: notes, then a verdict. */
function action(reader: NftReader, word: Word, draft: Draft): undefined {
  const { text } = word;
  if (text === 'counter') {
    while (reader.skip('packets', 'bytes')) reader.next();
  } else if (text === 'comment') reader.next();
  else if (text === 'log') {
    while (reader.skip('prefix', 'level', 'flags', 'group')) reader.next();
    draft.targets.push(['-j', 'LOG']);
  } else if (text === 'notrack') draft.targets.push(['-j', 'CT', '--notrack']);
  else if (text === 'meta' || text === 'mark' || text === 'ct') {
    reader.skip('set');
    const value = reader.next();
    if (text === 'ct' && ['meta', 'mark'].includes(value.text)) {
      reader.skip('mark');
      draft.targets.push(['-j', 'CONNMARK', '--save-mark']);
    } else if (value.text === 'ct') {
      reader.skip('mark');
      draft.targets.push(['-j', 'CONNMARK', '--restore-mark']);
    } else draft.targets.push(['-j', text === 'ct' ? 'CONNMARK' : 'MARK', '--set-mark', value.text]);
  } else draft.targets.push(verdictOf(word, reader) ?? unmapped(word));
}

const REJECTS: Readonly<Record<string, string>> = {
  ...{ 'no-route': 'icmp-net-unreachable', 'prot-unreachable': 'icmp-proto-unreachable' },
};

function verdictOf({ text }: Word, reader: NftReader): string[] | undefined {
  if (['accept', 'drop', 'return'].includes(text)) return ['-j', text.toUpperCase()];
  if (text === 'jump') return ['-j', reader.next().text];
  if (text === 'goto') return ['-g', reader.next().text];
  if (text === 'masquerade') return ['-j', 'MASQUERADE'];
  if (text === 'redirect') {
    const to = reader.skip('to') ? ['--to-ports', reader.next().text.replace(':', '')] : [];
    return ['-j', 'REDIRECT', ...to];
  }
  if (text === 'snat' || text === 'dnat') {
    reader.skip('ip');
    reader.skip('to');
    return [
      '-j',
      text.toUpperCase(),
      text === 'snat' ? '--to-source' : '--to-destination',
      reader.next().text,
    ];
  }
  return text === 'reject' ? reject(reader) : undefined;
}

function reject(reader: NftReader): string[] {
  if (!reader.skip('with')) return ['-j', 'REJECT'];
  if (reader.skip('tcp')) {
    reader.skip('reset');
    return ['-j', 'REJECT', '--reject-with', 'tcp-reset'];
  }
  reader.skip('icmp', 'icmpx');
  reader.skip('type');
  const { text } = reader.next();
  return ['-j', 'REJECT', '--reject-with', REJECTS[text] ?? `icmp-${text}`];
}

function unmapped(word: Word): never {
  throw new TextError(word, `"${word.text}" has no counterpart here`, {
    allowed:
      'iifname oifname, ip saddr daddr protocol, meta l4proto mark, tcp udp sport dport, tcp flags, ct state mark, log, notrack, accept drop return jump goto reject, snat dnat masquerade redirect',
    hint: 'remove the rule if the packets do not meet it',
  });
}
