import { asksForSyn } from '../../spec/config/iptables-draft.ts';
import { limitAverage } from '../../spec/config/iptables-limit.ts';
import {
  MULTIPORT_PROTOCOLS,
  NAT_CHAINS,
  NAT_OPTIONS,
  NAT_PORT_PROTOCOLS,
  targetsOf,
} from '../../spec/config/iptables-options.ts';
import type { Protocol } from '../../spec/config/protocols.ts';
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Match,
  type NatTarget,
  type PortRange,
  type Rule,
  type Ruleset,
  type Table,
  type TableName,
} from '../../spec/config/rules.ts';

/** XT_EXTENSION_MAXNAMELEN and its null byte. */
const LONGEST_CHAIN_NAME = 28;
/** XT_MULTI_PORTS; a range takes two places. */
const MOST_PORTS = 15;
const TARGET_WORDS: readonly string[] = ['ACCEPT', 'DROP', 'QUEUE', 'RETURN', 'REJECT'];

/** Why iptables-restore would refuse the ruleset; nothing when it takes it. */
export function rulesetProblems({ tables }: Ruleset): readonly string[] {
  return tables.flatMap(tableProblems);
}

function tableProblems(table: Table): readonly string[] {
  const builtIn = BUILT_IN_CHAINS[table.name];
  const names = table.chains.map(({ name }) => name);
  const user = names.slice(builtIn.length);
  return [
    ...problemIf(
      builtIn.some((name, index) => names[index] !== name),
      'built-in chains are not first',
    ),
    ...problemIf(new Set(names).size < names.length, 'two chains with one name'),
    ...problemIf(
      user.some((name) => name.length > LONGEST_CHAIN_NAME),
      'a chain name is too long',
    ),
    ...problemIf(
      user.some((name) => TARGET_WORDS.includes(name)),
      'a chain is called like a target',
    ),
    ...problemIf(hasLoop(table.chains), 'jumps lead in circles'),
    ...table.chains.flatMap((chain) => chainProblems(chain, table.name, user)),
  ];
}

function chainProblems(chain: Chain, table: TableName, user: readonly string[]): readonly string[] {
  const isBuiltIn = BUILT_IN_CHAINS[table].includes(chain.name);
  return [
    ...problemIf(
      isBuiltIn !== (chain.policy !== undefined),
      `${chain.name}: a policy where none is, or none`,
    ),
    ...chain.rules.flatMap((rule) => ruleProblems(rule, { table, chain: chain.name, userChains: user })),
  ];
}

/** Where a rule stands, and which chains of the user it could lead to. */
export interface RulePlace {
  readonly table: TableName;
  readonly chain: string;
  readonly userChains: readonly string[];
}

/** Why iptables would refuse the rule in this place. */
export function ruleProblems(rule: Rule, { table, chain, userChains }: RulePlace): readonly string[] {
  const { target, matches } = rule;
  const leads = target?.kind === 'jump' || target?.kind === 'goto';
  const reset = target?.kind === 'REJECT' && target.with === 'tcp-reset';
  const helped = target?.kind === 'CT' && 'helper' in target;
  const tcp = rule.protocol?.protocol === 'tcp' && !rule.protocol.inverted;
  const kinds = matches.map(({ kind }) => kind);
  const addresses = [rule.source, rule.destination].filter((one) => one !== undefined);
  return [
    ...problemIf(NO_WAY_OUT.includes(chain) && rule.outInterface !== undefined, `-o in ${chain}`),
    ...problemIf(NO_WAY_IN.includes(chain) && rule.inInterface !== undefined, `-i in ${chain}`),
    ...problemIf(
      !leads && target !== undefined && !targetsOf(table).some((name) => name === target.kind),
      `${target?.kind} in table ${table}`,
    ),
    ...problemIf(leads && !userChains.includes(target.chain), 'a jump to no chain'),
    ...problemIf(reset && !tcp, 'a reset without -p tcp'),
    ...problemIf(helped && !tcp, 'a helper without -p tcp'),
    ...problemIf(!matches.every((match) => isOfProtocol(match, rule)), 'a match of another protocol'),
    ...problemIf(target?.kind === 'TCPMSS' && !asksForSyn(rule), 'TCPMSS of more than SYNs'),
    ...problemIf(
      target?.kind === 'TCPMSS' && target.mss === undefined && !CLAMPING.includes(chain),
      `--clamp-mss-to-pmtu in ${chain}`,
    ),
    ...problemIf(new Set(kinds).size < kinds.length, 'two matches of one kind'),
    ...problemIf(rule.protocol?.protocol === 0, 'a protocol that stands for all'),
    ...problemIf(
      addresses.some(({ address, mask }) => (address & mask) >>> 0 !== address),
      'host bits set',
    ),
    ...problemIf(
      addresses.some(({ mask }) => mask === 0),
      'an address that says nothing',
    ),
    ...(target && 'to' in target ? natProblems(target, rule, chain) : []),
    ...matches.flatMap(matchProblems),
  ];
}

const CLAMPING: readonly string[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

function isOfProtocol({ kind }: Match, { protocol }: Rule): boolean {
  const wanted = PROTOCOLS_OF[kind];
  return !wanted || (protocol !== undefined && !protocol.inverted && wanted.includes(protocol.protocol));
}

const PROTOCOLS_OF: Partial<Record<Match['kind'], readonly Protocol[]>> = {
  tcp: ['tcp'],
  tcpmss: ['tcp'],
  udp: ['udp'],
  icmp: ['icmp'],
  multiport: MULTIPORT_PROTOCOLS,
};

/** In a chain of the user's the end that it translates shows in where it is entered from, which `random.ts` sees to. */
function natProblems({ kind, to }: NatTarget, { protocol }: Rule, chain: string): readonly string[] {
  const { addresses, ports, chance, persistent } = to;
  const builtIn = BUILT_IN_CHAINS.nat.includes(chain);
  const hasPorts =
    protocol !== undefined && !protocol.inverted && NAT_PORT_PROTOCOLS.includes(protocol.protocol);
  const finds = kind === 'MASQUERADE' || kind === 'REDIRECT';
  return [
    ...problemIf(builtIn && !NAT_CHAINS[kind].includes(chain), `${kind} in ${chain}`),
    ...problemIf(chance !== undefined && !NAT_OPTIONS[chance].includes(kind), `${kind} --${chance}`),
    ...problemIf(persistent === true && !NAT_OPTIONS.persistent.includes(kind), `${kind} --persistent`),
    ...problemIf(finds && addresses !== undefined, `${kind} with an address`),
    ...problemIf(!finds && !addresses && !ports, `${kind} to nowhere`),
    ...problemIf(ports !== undefined && !hasPorts, 'ports to translate of a protocol without'),
    ...problemIf(
      ports !== undefined && (ports.first < 1 || ports.last > 65535 || ports.first > ports.last),
      'ports',
    ),
    ...problemIf(addresses !== undefined && addresses.first > addresses.last, 'addresses in the wrong order'),
  ];
}

const NO_WAY_OUT: readonly string[] = ['PREROUTING', 'INPUT'];
const NO_WAY_IN: readonly string[] = ['OUTPUT', 'POSTROUTING'];

function matchProblems(match: Match): readonly string[] {
  switch (match.kind) {
    case 'tcp': {
      const ranges = [match.sport, match.dport].filter((one) => one !== undefined);
      const flags = match.flags;
      return [
        ...problemIf(ranges.length === 0 && !flags, '-m tcp that says nothing'),
        ...ranges.flatMap(rangeProblems),
        ...problemIf(flags !== undefined && (flags.set & ~flags.mask) !== 0, 'flags outside of their mask'),
        ...problemIf(
          flags !== undefined && (flags.mask & ~0x3f) !== 0,
          'flags that iptables has no name for',
        ),
      ];
    }
    case 'state':
      return problemIf(match.states.length === 0, 'no state');
    case 'conntrack':
      return [
        ...problemIf(match.states.length === 0 && !match.asks?.length, 'no state'),
        ...askProblems(match.asks ?? []),
      ];
    case 'ipvs':
      return [
        ...problemIf(match.asks?.length === 0, '-m ipvs that says nothing'),
        ...askProblems(match.asks ?? []),
      ];
    case 'multiport': {
      const places = match.ports.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0);
      const wrong = places < 1 || places > MOST_PORTS;
      return [...problemIf(wrong, 'no or too many ports'), ...match.ports.flatMap(rangeProblems)];
    }
    case 'udp':
      return [match.sport, match.dport].filter((one) => one !== undefined).flatMap(rangeProblems);
    case 'length':
    case 'tcpmss':
      return rangeProblems(match);
    case 'dscp':
      return problemIf(match.dscp > 0x3f, 'no code point');
    case 'addrtype': {
      const asked = [match.source, match.destination].filter((one) => one !== undefined);
      return problemIf(asked.length === 0 || asked.some(({ types }) => types.length === 0), 'no type');
    }
    case 'limit': {
      const average = limitAverage(match);
      return problemIf(match.burst < 1 || average < 1 || average * match.burst >= 2 ** 32, 'no rate');
    }
    case 'ttl':
      return problemIf(match.inverted && match.test !== 'eq', '! before --ttl-lt or --ttl-gt');
    case 'iprange': {
      const ranges = [match.source, match.destination].filter((one) => one !== undefined);
      return problemIf(ranges.length === 0 || ranges.some(({ first, last }) => first > last), 'no range');
    }
    case 'icmp':
    case 'tos':
    case 'comment':
    case 'mark':
    case 'connmark':
      return [];
  }
}

function askProblems(asks: readonly { readonly on: string }[]): readonly string[] {
  return problemIf(new Set(asks.map(({ on }) => on)).size < asks.length, 'one thing is asked twice');
}

function rangeProblems({ first, last }: PortRange): readonly string[] {
  return problemIf(first < 0 || last > 65535 || first > last, `${first}:${last}`);
}

function hasLoop(chains: readonly Chain[]): boolean {
  const leads = new Map(
    chains.map(({ name, rules }) => [name, rules.flatMap(({ target }) => placesOf(target))]),
  );
  const reaches = (from: string, seen: readonly string[]): boolean =>
    seen.includes(from) || (leads.get(from) ?? []).some((next) => reaches(next, [...seen, from]));
  return chains.some(({ name }) => reaches(name, []));
}

function placesOf(target: Rule['target']): readonly string[] {
  return target?.kind === 'jump' || target?.kind === 'goto' ? [target.chain] : [];
}

function problemIf(wrong: boolean, says: string): readonly string[] {
  return wrong ? [says] : [];
}
