import {
  BUILT_IN_CHAINS,
  type Chain,
  type CtState,
  type Match,
  type Rule,
  type Ruleset,
  type Target,
} from '../../spec/config/rules.ts';
import { ACK, FIN, RST, SYN } from '../../spec/wire/tcp.ts';

/** Short ways to write what iptables spells out, for rules that are written by hand. */

export const TCP: NonNullable<Rule['protocol']> = { protocol: 'tcp', inverted: false };
export const ACCEPT: Target = { kind: 'ACCEPT' };
export const DROP: Target = { kind: 'DROP' };

export type BuiltIn = 'INPUT' | 'FORWARD' | 'OUTPUT';
export type Policies = Partial<Record<BuiltIn, 'ACCEPT' | 'DROP'>>;

/** `-m conntrack --ctstate A,B`. */
export function ctstate(...states: readonly CtState[]): Match {
  return { kind: 'conntrack', states, inverted: false };
}

/** `-m state --state A,B`, which old firewalls have. */
export function state(...states: readonly CtState[]): Match {
  return { kind: 'state', states, inverted: false };
}

/** `--dport port`. */
export function dport(port: number): Match {
  return { kind: 'tcp', dport: { first: port, last: port, inverted: false } };
}

/** `--dport port --syn`. */
export function dportSyn(port: number): Match {
  return {
    kind: 'tcp',
    dport: { first: port, last: port, inverted: false },
    flags: { mask: FIN | SYN | RST | ACK, set: SYN, inverted: false },
  };
}

/** `-p tcp` with these matches. */
export function tcpRule(target: Target, ...matches: readonly Match[]): Rule {
  return { protocol: TCP, matches, target };
}

export function anyRule(target: Target, ...matches: readonly Match[]): Rule {
  return { matches, target };
}

/** A filter table: these rules in the built-in chains, the policies where they are not ACCEPT, and user chains. */
export function filterTable(
  rules: Partial<Record<BuiltIn, readonly Rule[]>>,
  policies: Policies = {},
  userChains: readonly Chain[] = [],
): Ruleset {
  const builtIn = BUILT_IN_CHAINS.filter.map((name) => ({
    name,
    policy: policies[name as BuiltIn] ?? 'ACCEPT',
    rules: rules[name as BuiltIn] ?? [],
  }));
  return { tables: [{ name: 'filter', chains: [...builtIn, ...userChains] }] };
}
