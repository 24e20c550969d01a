import { formatIpv4, prefixMask } from '../wire/address.ts';
import { FLAG_NAMES } from '../wire/tcp.ts';
import { type AddressStyle, printAddress } from './address-text.ts';
import type { IptablesCommand } from './commands.ts';
import { natTargetWords } from './nat-range-text.ts';
import { type Protocol, protocolNumber } from './protocols.ts';
import {
  type AddressMatch,
  type AddressRange,
  type AddressTypes,
  ANY_ICMP_TYPE,
  type CtAsk,
  type IpvsAsk,
  type Match,
  type PortRange,
  type Rule,
  type Ruleset,
  type Table,
  type Target,
} from './rules.ts';

/** The text of `iptables-save`, which `iptables-restore` reads. */
export function printRuleset(rules: Ruleset, style: AddressStyle): string {
  return rules.tables.map((table) => printTable(table, style)).join('');
}

function printTable(table: Table, style: AddressStyle): string {
  const lines = [
    `*${table.name}`,
    ...table.chains.map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`),
    ...table.chains.flatMap((chain) =>
      chain.rules.map((rule) => ['-A', chain.name, ...ruleWords(rule, style).map(quoted)].join(' ')),
    ),
    'COMMIT',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The command's words, the program's name first. */
export function iptablesWords(command: IptablesCommand, style: AddressStyle): string[] {
  const { table } = command;
  return ['iptables', ...(table === 'filter' ? [] : ['-t', table]), ...operationWords(command, style)];
}

function operationWords(command: IptablesCommand, style: AddressStyle): string[] {
  const { chain } = command;
  switch (command.op) {
    case 'append':
      return ['-A', chain, ...ruleWords(command.rule, style)];
    case 'insert':
      return ['-I', chain, String(command.position), ...ruleWords(command.rule, style)];
    case 'replace':
      return ['-R', chain, String(command.position), ...ruleWords(command.rule, style)];
    case 'delete':
      return ['-D', chain, String(command.position)];
    case 'flush':
      return ['-F', chain];
    case 'policy':
      return ['-P', chain, command.policy];
  }
}

/** A rule in iptables-save's order. */
export function ruleWords(rule: Rule, style: AddressStyle): string[] {
  const { source, destination, inInterface, outInterface, protocol } = rule;
  return [
    ...(source ? option('-s', source.inverted, addressWord(source, style)) : []),
    ...(destination ? option('-d', destination.inverted, addressWord(destination, style)) : []),
    ...(inInterface ? option('-i', inInterface.inverted, inInterface.name) : []),
    ...(outInterface ? option('-o', outInterface.inverted, outInterface.name) : []),
    ...(protocol ? option('-p', protocol.inverted, protocolWord(protocol.protocol, style)) : []),
    ...(rule.fragment ? option('-f', rule.fragment.inverted) : []),
    ...rule.matches.flatMap((match) => ['-m', match.kind, ...matchWords(match, style)]),
    ...(rule.target ? targetWords(rule.target, style) : []),
  ];
}

/** A word as iptables-restore and our own reader take it: in quotes where blanks would cut it. */
export function quoted(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

function option(name: string, inverted: boolean, ...values: string[]): string[] {
  return [...(inverted ? ['!'] : []), name, ...values];
}

function addressWord({ address, mask }: AddressMatch, style: AddressStyle): string {
  const prefix = Array.from({ length: 33 }, (_, length) => length).find((n) => prefixMask(n) === mask);
  const name = printAddress(address, style);
  const named = prefix === 32 && style === 'named' && name !== formatIpv4(address);
  return named ? name : `${formatIpv4(address)}/${prefix ?? formatIpv4(mask)}`;
}

/** Those that iptables knows without /etc/protocols are always named. */
function protocolWord(protocol: Protocol, style: AddressStyle): string {
  const named = style === 'named' || protocol === 'tcp' || protocol === 'udp' || protocol === 'icmp';
  return String(named ? protocol : protocolNumber(protocol));
}

function askWords(name: string, ask: CtAsk | IpvsAsk, style: AddressStyle): string[] {
  if ('direction' in ask) return [name, ask.direction];
  return option(name, ask.inverted, askWord(ask, style));
}

function askWord(ask: Exclude<CtAsk | IpvsAsk, { direction: unknown }>, style: AddressStyle): string {
  if ('statuses' in ask) return ask.statuses.join(',');
  if ('method' in ask) return ask.method;
  if ('port' in ask) return String(ask.port);
  if ('protocol' in ask) return protocolWord(ask.protocol, style);
  return 'address' in ask ? addressWord(ask, style) : portsWord(ask);
}

function matchWords(match: Match, style: AddressStyle): string[] {
  switch (match.kind) {
    case 'udp':
      return portWords(match);
    case 'icmp':
      return option('--icmp-type', match.inverted, icmpWord(match));
    case 'tos':
      return option('--tos', match.inverted, bitsWord(match));
    case 'dscp':
      return option('--dscp', match.inverted, hex(match.dscp));
    case 'tcpmss':
      return option('--mss', match.inverted, portsWord(match));
    case 'addrtype':
      return [...typesWords('--src-type', match.source), ...typesWords('--dst-type', match.destination)];
    case 'limit':
      return ['--limit', `${match.packets}/${match.per}`, '--limit-burst', String(match.burst)];
    case 'tcp':
      return [
        ...portWords(match),
        ...(match.flags
          ? option(
              '--tcp-flags',
              match.flags.inverted,
              flagsWord(match.flags.mask),
              flagsWord(match.flags.set),
            )
          : []),
      ];
    case 'state':
      return option('--state', match.inverted, match.states.join(','));
    case 'conntrack':
      return [
        ...(match.states.length > 0 ? option('--ctstate', match.inverted, match.states.join(',')) : []),
        ...(match.asks ?? []).flatMap((ask) => askWords(`--ct${ask.on}`, ask, style)),
      ];
    case 'ipvs':
      if (!match.asks) return option('--ipvs', match.inverted);
      return match.asks.flatMap((ask) => askWords(`--${ask.on}`, ask, style));
    case 'comment':
      return ['--comment', match.text];
    case 'length':
      return option('--length', match.inverted, portsWord(match));
    case 'ttl':
      return option(`--ttl-${match.test}`, match.inverted, String(match.ttl));
    case 'iprange':
      return [...rangeWords('--src-range', match.source), ...rangeWords('--dst-range', match.destination)];
    case 'multiport':
      return option(MULTIPORT[match.which], match.inverted, match.ports.map(portsWord).join(','));
    case 'mark':
    case 'connmark':
      return option('--mark', match.inverted, markWord(match));
  }
}

function portWords({ sport, dport }: Extract<Match, { kind: 'tcp' | 'udp' }>): string[] {
  return [
    ...(sport ? option('--sport', sport.inverted, portsWord(sport)) : []),
    ...(dport ? option('--dport', dport.inverted, portsWord(dport)) : []),
  ];
}

function icmpWord({ type, first, last }: Extract<Match, { kind: 'icmp' }>): string {
  if (type === ANY_ICMP_TYPE) return 'any';
  return first === last ? `${type}/${first}` : String(type);
}

function typesWords(name: string, asked: AddressTypes | undefined): string[] {
  return asked ? option(name, asked.inverted, asked.types.join(',')) : [];
}

function rangeWords(name: string, range: AddressRange | undefined): string[] {
  if (!range) return [];
  return option(name, range.inverted, `${formatIpv4(range.first)}-${formatIpv4(range.last)}`);
}

const MULTIPORT = { source: '--sports', destination: '--dports', either: '--ports' } as const;

function portsWord({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}:${last}`;
}

function flagsWord(bits: number): string {
  return FLAG_NAMES.filter((_, bit) => bits & (1 << bit)).join(',') || 'NONE';
}

function markWord({ value, mask }: { value: number; mask: number }): string {
  return mask === 0xffffffff ? hex(value) : `${hex(value)}/${hex(mask)}`;
}

/** `--set-xmark` takes a mask that is left out for all bits; it is printed always, as iptables-save does. */
function bitsWord({ value, mask }: { value: number; mask: number }): string {
  return `${hex(value)}/${hex(mask)}`;
}

function connmarkWords(target: Extract<Target, { kind: 'CONNMARK' }>): string[] {
  if (target.op === 'set') return ['--set-xmark', bitsWord(target)];
  return [`--${target.op}-mark`, '--nfmask', hex(target.packetMask), '--ctmask', hex(target.connectionMask)];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function targetWords(target: Target, style: AddressStyle): string[] {
  switch (target.kind) {
    case 'REJECT':
      return ['-j', 'REJECT', '--reject-with', target.with];
    case 'MARK':
      return ['-j', 'MARK', '--set-xmark', bitsWord(target)];
    case 'CONNMARK':
      return ['-j', 'CONNMARK', ...connmarkWords(target)];
    case 'CT':
      return ['-j', 'CT', ...('helper' in target ? ['--helper', target.helper] : ['--notrack'])];
    case 'TOS':
      return ['-j', 'TOS', '--set-tos', bitsWord(target)];
    case 'DSCP':
      return ['-j', 'DSCP', '--set-dscp', hex(target.dscp)];
    case 'TCPMSS':
      return [
        '-j',
        'TCPMSS',
        ...(target.mss === undefined ? ['--clamp-mss-to-pmtu'] : ['--set-mss', String(target.mss)]),
      ];
    case 'SNAT':
    case 'DNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
      return ['-j', target.kind, ...natTargetWords(target, style)];
    case 'jump':
      return ['-j', target.chain];
    case 'goto':
      return ['-g', target.chain];
    default:
      return ['-j', target.kind];
  }
}
