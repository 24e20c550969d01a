import { hint } from './address-text.ts';
import {
  ctAddress,
  ctDirection,
  ctPort,
  ctProtocol,
  ctStatus,
  ipvsAddress,
  ipvsDirection,
  ipvsMethod,
  ipvsPort,
} from './iptables-ask-parse.ts';
import { parseChainTarget, parseTarget } from './iptables-chain.ts';
import {
  finishRule,
  loadMatch,
  once,
  type Reading,
  type RuleDraft,
  type RulePlace,
} from './iptables-draft.ts';
import {
  readAddressTypes,
  readComment,
  readIcmpType,
  readLength,
  readMss,
  readRange,
  readTtl,
} from './iptables-header-parse.ts';
import { readLimit, readLimitBurst } from './iptables-limit-parse.ts';
import {
  readCtAsk,
  readFlags,
  readIpvs,
  readList,
  readMark,
  readPorts,
  readStates,
  readSyn,
} from './iptables-match-parse.ts';
import { MATCH_NAMES, UNMODELLED_MATCHES, UNMODELLED_OPTIONS } from './iptables-options.ts';
import {
  readClampMss,
  readHelper,
  readLogOption,
  readMarkBits,
  readNatOption,
  readNatPorts,
  readNatRange,
  readNotrack,
  readRejectWith,
  readSetDscp,
  readSetMss,
  readSetTos,
  readTransfer,
  readTransferMask,
} from './iptables-target-parse.ts';
import { parseDscp, parseDscpClass, readDscp, readTos } from './iptables-tos-parse.ts';
import { parseNetwork, parseProtocol } from './iptables-values.ts';
import { didYouMean } from './nearest.ts';
import { CT_ADDRESSES, CT_PORTS, type CtAsk, type InterfaceMatch, type Rule } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word, WordReader } from './words.ts';

interface Option {
  readonly names: readonly string[];
  readonly invertible: boolean;
  read(reading: Reading): void;
}

/** The rule that the rest of the words describe. */
export function parseRule(reader: WordReader, where: RulePlace): Rule {
  const draft: RuleDraft = { matches: [] };
  while (!reader.done) {
    const before = reader.peek() === '!' ? reader.next('!') : undefined;
    const option = reader.next('an option after !');
    const row = OPTION_OF.get(option.text);
    if (!row) throw unknownOption(option);
    const inverted = row.invertible && reader.skip('!');
    if (before && (inverted || !row.invertible))
      throw new TextError(before, inverted ? '! is given twice' : `! cannot stand before ${option.text}`);
    row.read({
      draft,
      option,
      inverted: inverted || before !== undefined,
      where,
      value: () => reader.next(`what belongs to ${option.text}`),
    });
  }
  return finishRule(draft);
}

const OPTIONS: readonly Option[] = [
  { names: ['-s', '--source', '--src'], invertible: true, read: readSource },
  { names: ['-d', '--destination', '--dst'], invertible: true, read: readDestination },
  { names: ['-i', '--in-interface'], invertible: true, read: readInInterface },
  { names: ['-o', '--out-interface'], invertible: true, read: readOutInterface },
  { names: ['-p', '--protocol', '--proto'], invertible: true, read: readProtocol },
  { names: ['-f', '--fragment'], invertible: true, read: readFragment },
  { names: ['-m', '--match'], invertible: false, read: readMatch },
  { names: ['-j', '--jump'], invertible: false, read: readJump },
  { names: ['-g', '--goto'], invertible: false, read: readGoto },
  { names: ['--reject-with'], invertible: false, read: readRejectWith },
  { names: ['--icmp-type'], invertible: true, read: readIcmpType },
  { names: ['--tos'], invertible: true, read: readTos },
  { names: ['--dscp'], invertible: true, read: (reading) => readDscp(reading, parseDscp) },
  { names: ['--dscp-class'], invertible: true, read: (reading) => readDscp(reading, parseDscpClass) },
  { names: ['--mss'], invertible: true, read: readMss },
  { names: ['--src-type'], invertible: true, read: (reading) => readAddressTypes(reading, 'source') },
  { names: ['--dst-type'], invertible: true, read: (reading) => readAddressTypes(reading, 'destination') },
  { names: ['--limit'], invertible: false, read: readLimit },
  { names: ['--limit-burst'], invertible: false, read: readLimitBurst },
  { names: ['--sport', '--source-port'], invertible: true, read: (reading) => readPorts(reading, 'sport') },
  {
    names: ['--dport', '--destination-port'],
    invertible: true,
    read: (reading) => readPorts(reading, 'dport'),
  },
  { names: ['--tcp-flags'], invertible: true, read: readFlags },
  { names: ['--syn'], invertible: true, read: readSyn },
  { names: ['--state'], invertible: true, read: (reading) => readStates(reading, 'state') },
  { names: ['--ctstate'], invertible: true, read: (reading) => readStates(reading, 'conntrack') },
  { names: ['--sports', '--source-ports'], invertible: true, read: (reading) => readList(reading, 'source') },
  {
    names: ['--dports', '--destination-ports'],
    invertible: true,
    read: (reading) => readList(reading, 'destination'),
  },
  { names: ['--ports'], invertible: true, read: (reading) => readList(reading, 'either') },
  { names: ['--mark'], invertible: true, read: readMark },
  ...CT_ADDRESSES.map((on) => ctOption(on, ctAddress(on))),
  ...CT_PORTS.map((on) => ctOption(on, ctPort(on))),
  ctOption('proto', ctProtocol),
  ctOption('status', ctStatus),
  { names: ['--ctdir'], invertible: false, read: (reading) => readCtAsk(reading, ctDirection) },
  { names: ['--ipvs'], invertible: true, read: (reading) => readIpvs(reading) },
  { names: ['--vaddr'], invertible: true, read: (reading) => readIpvs(reading, ipvsAddress) },
  { names: ['--vport'], invertible: true, read: (reading) => readIpvs(reading, ipvsPort) },
  { names: ['--vdir'], invertible: false, read: (reading) => readIpvs(reading, ipvsDirection) },
  { names: ['--vmethod'], invertible: true, read: (reading) => readIpvs(reading, ipvsMethod) },
  { names: ['--comment'], invertible: false, read: readComment },
  { names: ['--length'], invertible: true, read: readLength },
  { names: ['--ttl-eq', '--ttl'], invertible: true, read: (reading) => readTtl(reading, 'eq') },
  { names: ['--ttl-lt'], invertible: false, read: (reading) => readTtl(reading, 'lt') },
  { names: ['--ttl-gt'], invertible: false, read: (reading) => readTtl(reading, 'gt') },
  { names: ['--src-range'], invertible: true, read: (reading) => readRange(reading, 'source') },
  { names: ['--dst-range'], invertible: true, read: (reading) => readRange(reading, 'destination') },
  { names: ['--set-xmark'], invertible: false, read: (reading) => readMarkBits(reading, 'xset') },
  { names: ['--set-mark'], invertible: false, read: (reading) => readMarkBits(reading, 'set') },
  { names: ['--or-mark'], invertible: false, read: (reading) => readMarkBits(reading, 'or') },
  { names: ['--and-mark'], invertible: false, read: (reading) => readMarkBits(reading, 'and') },
  { names: ['--xor-mark'], invertible: false, read: (reading) => readMarkBits(reading, 'xor') },
  { names: ['--save-mark'], invertible: false, read: (reading) => readTransfer(reading, 'save') },
  { names: ['--restore-mark'], invertible: false, read: (reading) => readTransfer(reading, 'restore') },
  {
    names: ['--nfmask'],
    invertible: false,
    read: (reading) => readTransferMask(reading, ['packetMask']),
  },
  {
    names: ['--ctmask'],
    invertible: false,
    read: (reading) => readTransferMask(reading, ['connectionMask']),
  },
  {
    names: ['--mask'],
    invertible: false,
    read: (reading) => readTransferMask(reading, ['packetMask', 'connectionMask']),
  },
  { names: ['--to-source'], invertible: false, read: (reading) => readNatRange(reading, 'SNAT') },
  { names: ['--to-destination'], invertible: false, read: (reading) => readNatRange(reading, 'DNAT') },
  { names: ['--to-ports'], invertible: false, read: readNatPorts },
  { names: ['--random'], invertible: false, read: (reading) => readNatOption(reading, 'random') },
  { names: ['--random-fully'], invertible: false, read: (reading) => readNatOption(reading, 'random-fully') },
  { names: ['--persistent'], invertible: false, read: (reading) => readNatOption(reading, 'persistent') },
  { names: ['--notrack'], invertible: false, read: readNotrack },
  { names: ['--helper'], invertible: false, read: readHelper },
  {
    names: ['--log-prefix', '--log-level'],
    invertible: false,
    read: (reading) => readLogOption(reading, 'LOG'),
  },
  {
    names: ['--nflog-group', '--nflog-prefix', '--nflog-size', '--nflog-threshold'],
    invertible: false,
    read: (reading) => readLogOption(reading, 'NFLOG'),
  },
  { names: ['--set-tos'], invertible: false, read: readSetTos },
  { names: ['--set-dscp'], invertible: false, read: (reading) => readSetDscp(reading, parseDscp) },
  { names: ['--set-dscp-class'], invertible: false, read: (reading) => readSetDscp(reading, parseDscpClass) },
  { names: ['--set-mss'], invertible: false, read: readSetMss },
  { names: ['--clamp-mss-to-pmtu'], invertible: false, read: readClampMss },
];

function ctOption(on: CtAsk['on'], parse: (reading: Reading) => CtAsk): Option {
  return { names: [`--ct${on}`], invertible: true, read: (reading) => readCtAsk(reading, parse) };
}

const OPTION_OF: ReadonlyMap<string, Option> = new Map(
  OPTIONS.flatMap((row) => row.names.map((name) => [name, row] as const)),
);

function unknownOption(word: Word): TextError {
  const what = UNMODELLED_OPTIONS.get(word.text);
  return new TextError(
    word,
    what ? `${word.text} (${what}) is not modelled` : `"${word.text}" is no option of a rule`,
    {
      allowed: OPTIONS.map(({ names }) => names[0]).join(' '),
      ...hint(what ? undefined : didYouMean(word.text, OPTION_OF.keys())),
    },
  );
}

function readSource({ draft, option, inverted, value }: Reading): void {
  once(draft.source, option);
  draft.source = { ...parseNetwork(value()), inverted };
}

function readDestination({ draft, option, inverted, value }: Reading): void {
  once(draft.destination, option);
  draft.destination = { ...parseNetwork(value()), inverted };
}

function readFragment({ draft, option, inverted }: Reading): void {
  once(draft.fragment, option);
  draft.fragment = { inverted };
}

/** iptables takes `-i` only where a packet comes in, and `-o` only where it goes out. */
export const NO_WAY_IN: readonly string[] = ['OUTPUT', 'POSTROUTING'];
export const NO_WAY_OUT: readonly string[] = ['PREROUTING', 'INPUT'];

function readInInterface({ draft, option, inverted, where, value }: Reading): void {
  if (NO_WAY_IN.includes(where.chain))
    throw new TextError(option, `-i cannot stand in ${where.chain}`, { hint: 'use -o' });
  once(draft.inInterface, option);
  draft.inInterface = parseInterface(value(), inverted);
}

function readOutInterface({ draft, option, inverted, where, value }: Reading): void {
  if (NO_WAY_OUT.includes(where.chain))
    throw new TextError(option, `-o cannot stand in ${where.chain}`, { hint: 'use -i' });
  once(draft.outInterface, option);
  draft.outInterface = parseInterface(value(), inverted);
}

/** IFNAMSIZ less the final zero. */
const LONGEST_INTERFACE = 15;

function parseInterface(word: Word, inverted: boolean): InterfaceMatch {
  if (word.text !== '' && word.text.length <= LONGEST_INTERFACE) return { name: word.text, inverted };
  throw new TextError(word, `"${word.text}" is no name of a device`, {
    allowed: `1 to ${LONGEST_INTERFACE} characters`,
  });
}

function readProtocol({ draft, option, inverted, value }: Reading): void {
  once(draft.protocol, option);
  const word = value();
  const protocol = parseProtocol(word);
  if (protocol !== 0) draft.protocol = { protocol, inverted };
  else if (inverted)
    throw new TextError(word, 'a rule for none of the protocols would never match', {
      hint: 'remove ! and -p',
    });
}

function readMatch({ draft, value }: Reading): void {
  const word = value();
  const kind = MATCH_NAMES.find((name) => name === word.text);
  if (kind) {
    loadMatch(draft, kind, word);
    return;
  }
  const exists = UNMODELLED_MATCHES.includes(word.text);
  throw new TextError(word, exists ? `match ${word.text} is not modelled` : `"${word.text}" is no match`, {
    allowed: MATCH_NAMES.join(' '),
    ...hint(exists ? undefined : didYouMean(word.text, MATCH_NAMES)),
  });
}

function readJump({ draft, option, where, value }: Reading): void {
  once(draft.target, option);
  draft.targetWord = value();
  draft.target = parseTarget(draft.targetWord, where);
}

function readGoto({ draft, option, where, value }: Reading): void {
  once(draft.target, option);
  draft.targetWord = value();
  draft.target = { kind: 'goto', chain: parseChainTarget(draft.targetWord, where) };
}
