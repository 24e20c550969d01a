import { asksForSyn } from '../../spec/config/iptables-draft.ts';
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Match,
  type NatTarget,
  type PortRange,
  type Rule,
  type Ruleset,
  type Table,
  type Target,
} from '../../spec/config/rules.ts';
import {
  anyOf,
  eachSmaller,
  fewer,
  filtered,
  inField,
  oneAfterAnother,
  type Smaller,
  smallerList,
  towards,
  withoutField,
} from './smaller.ts';

/** What is no longer inverted. */
function* upright<T extends { readonly inverted: boolean }>(value: T): Iterable<T> {
  if (value.inverted) yield { ...value, inverted: false };
}

/** One port in place of a span. */
function* onePort<T extends PortRange>(range: T): Iterable<T> {
  if (range.last !== range.first) yield { ...range, last: range.first };
}

const atLeastOne = <T>(list: readonly T[]): Iterable<readonly T[]> =>
  filtered(fewer(list), (left) => left.length > 0);

const smallerMatch: Smaller<Match> = function* (match) {
  if (match.kind === 'comment') return;
  if (match.kind === 'iprange') {
    const simpler = anyOf(
      withoutField<typeof match>('source', 'destination'),
      inField('source', upright),
      inField('destination', upright),
    );
    yield* filtered(simpler(match), ({ source, destination }) => Boolean(source ?? destination));
    return;
  }
  if (match.kind === 'udp') {
    yield* anyOf(
      withoutField<typeof match>('sport', 'dport'),
      inField('sport', anyOf(upright, onePort)),
      inField('dport', anyOf(upright, onePort)),
    )(match);
    return;
  }
  if (match.kind === 'limit') return yield* inField<typeof match, 'burst'>('burst', towards(1))(match);
  if (match.kind === 'addrtype') {
    const simpler = anyOf(
      withoutField<typeof match>('source', 'destination'),
      inField('source', upright),
      inField('destination', upright),
    );
    yield* filtered(simpler(match), ({ source, destination }) => Boolean(source ?? destination));
    return;
  }
  if (match.kind === 'tcp') {
    const simpler = anyOf(
      withoutField<typeof match>('sport', 'dport', 'flags'),
      inField('sport', anyOf(upright, onePort)),
      inField('dport', anyOf(upright, onePort)),
      inField('flags', upright),
    );
    yield* filtered(simpler(match), ({ sport, dport, flags }) => Boolean(sport ?? dport ?? flags));
    return;
  }
  if (match.kind === 'multiport') {
    for (const ports of atLeastOne(match.ports)) yield { ...match, ports };
    for (const ports of eachSmaller<PortRange>(onePort)(match.ports)) yield { ...match, ports };
  }
  if (match.kind === 'state') yield { ...match, kind: 'conntrack' };
  if (match.kind === 'state') for (const states of atLeastOne(match.states)) yield { ...match, states };
  if (match.kind === 'conntrack') for (const states of atLeastOne(match.states)) yield { ...match, states };
  if (match.kind === 'conntrack' && match.asks) {
    const { asks, ...rest } = match;
    if (match.states.length > 0) yield rest;
    if (match.states.length > 0) yield { ...match, states: [], inverted: false };
    for (const fewer of atLeastOne(asks)) yield { ...match, asks: fewer };
    return;
  }
  if (match.kind === 'ipvs' && match.asks) {
    yield { kind: 'ipvs', inverted: false };
    for (const fewer of atLeastOne(match.asks)) yield { ...match, asks: fewer };
  }
  if (match.inverted) yield { ...match, inverted: false };
};

const ALL = 0xffffffff;

/** From the plainest word to the most particular; a rule without one is not here, since it decides nothing. */
const smallerTarget: Smaller<Target> = function* (target) {
  if (target.kind === 'ACCEPT') return;
  yield { kind: 'ACCEPT' };
  if (target.kind === 'DROP') return;
  if ('to' in target) return yield* smallerTranslation(target);
  yield { kind: 'DROP' };
  if (target.kind === 'MARK' || (target.kind === 'CONNMARK' && target.op === 'set'))
    yield* anyOf<typeof target>(inField('value', towards(1)), inField('mask', towards(ALL)))(target);
  else if (target.kind === 'CONNMARK')
    yield* anyOf<typeof target>(
      inField('packetMask', towards(ALL)),
      inField('connectionMask', towards(ALL)),
    )(target);
};

/** One address and one port, or none where the target finds its own; table nat knows no DROP. */
const smallerTranslation: Smaller<NatTarget> = function* ({ kind, to }) {
  const { addresses, ports, chance, persistent } = to;
  if (chance || persistent) yield { kind, to: { ...(addresses && { addresses }), ...(ports && { ports }) } };
  const finds = kind === 'MASQUERADE' || kind === 'REDIRECT';
  if (ports && (addresses || finds)) yield { kind, to: addresses ? { addresses } : {} };
  if (addresses && addresses.last !== addresses.first)
    yield { kind, to: { ...to, addresses: { first: addresses.first, last: addresses.first } } };
  if (ports && ports.last !== ports.first)
    yield { kind, to: { ...to, ports: { first: ports.first, last: ports.first } } };
};

/** What still needs a rule to be for its protocol. */
function needsProtocol({ matches, target }: Rule): boolean {
  const reset = target?.kind === 'REJECT' && target.with === 'tcp-reset';
  const ports = target !== undefined && 'to' in target && target.to.ports !== undefined;
  return reset || ports || matches.some(({ kind }) => OF_A_PROTOCOL.has(kind));
}

const OF_A_PROTOCOL: ReadonlySet<Match['kind']> = new Set(['tcp', 'tcpmss', 'udp', 'icmp', 'multiport']);

/** What TCPMSS shall change must be a SYN. */
function isComplete(rule: Rule): boolean {
  return rule.target?.kind !== 'TCPMSS' || asksForSyn(rule);
}

/** iptables takes one match of a kind; two would come of a `-m state` that turns into `-m conntrack`. */
function haveDifferentKinds(matches: readonly Match[]): boolean {
  return new Set(matches.map(({ kind }) => kind)).size === matches.length;
}

export const smallerRule: Smaller<Rule> = (rule) => filtered(simplerRule(rule), isComplete);

const simplerRule: Smaller<Rule> = anyOf(
  withoutField<Rule>('source', 'destination', 'inInterface', 'outInterface', 'fragment'),
  inField('matches', (matches) => filtered(smallerList(smallerMatch)(matches), haveDifferentKinds)),
  (rule) => (needsProtocol(rule) ? [] : withoutField<Rule>('protocol')(rule)),
  withoutField<Rule>('target'),
  inField('target', smallerTarget),
  inField('source', upright),
  inField('destination', upright),
  inField('inInterface', upright),
  inField('outInterface', upright),
  inField('fragment', upright),
  (rule) => (needsProtocol(rule) ? [] : inField<Rule, 'protocol'>('protocol', upright)(rule)),
);

const smallerChain: Smaller<Chain> = anyOf(
  inField('rules', smallerList(smallerRule)),
  inField('policy', towards<'ACCEPT' | 'DROP'>('ACCEPT')),
);

/** The table without one user chain and the rules that lead there. */
function* fewerChains(table: Table): Iterable<Table> {
  for (const gone of table.chains) {
    if (BUILT_IN_CHAINS[table.name].includes(gone.name)) continue;
    const chains = table.chains
      .filter((chain) => chain !== gone)
      .map((chain) => ({ ...chain, rules: chain.rules.filter((rule) => !leadsTo(rule, gone.name)) }));
    yield { ...table, chains };
  }
}

function leadsTo({ target }: Rule, chain: string): boolean {
  return (target?.kind === 'jump' || target?.kind === 'goto') && target.chain === chain;
}

const smallerTable: Smaller<Table> = (table) =>
  filtered(
    oneAfterAnother(fewerChains(table), inField<Table, 'chains'>('chains', eachSmaller(smallerChain))(table)),
    ({ name, chains }) => name !== 'nat' || !chains.some(({ rules }) => rules.some(drops)),
  );

/** Table nat has no such rule. */
export function drops({ target }: Rule): boolean {
  return target?.kind === 'DROP';
}

export const smallerRuleset: Smaller<Ruleset> = inField('tables', smallerList(smallerTable));
