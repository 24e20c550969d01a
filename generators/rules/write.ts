import {
  type AddressMatch,
  BUILT_IN_CHAINS,
  type Chain,
  type CtState,
  type Match,
  type NatState,
  type Rule,
  type Ruleset,
  type Table,
  type TableName,
  type Target,
} from '../../spec/config/rules.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { ACK, FIN, RST, SYN } from '../../spec/wire/tcp.ts';

/** Short ways to write what iptables spells out, for rules that are written by hand. */

export const TCP: NonNullable<Rule['protocol']> = { protocol: 'tcp', inverted: false };
export const ACCEPT: Target = { kind: 'ACCEPT' };
export const DROP: Target = { kind: 'DROP' };

export type BuiltIn = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
export type Policies = Partial<Record<BuiltIn, 'ACCEPT' | 'DROP'>>;

/** `-m conntrack --ctstate A,B`. */
export function ctstate(...states: readonly (CtState | NatState)[]): Match {
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

/** `--sport port`. */
export function sport(port: number): Match {
  return { kind: 'tcp', sport: { first: port, last: port, inverted: false } };
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

/** One address alone. */
export function host(address: Ipv4): AddressMatch {
  return { address, mask: 0xffffffff, inverted: false };
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
  return { tables: [tableOf('filter', rules, policies, userChains)] };
}

/** Any table, in the same way. */
export function tableOf(
  name: TableName,
  rules: Partial<Record<BuiltIn, readonly Rule[]>>,
  policies: Policies = {},
  userChains: readonly Chain[] = [],
): Table {
  const builtIn = BUILT_IN_CHAINS[name].map((chain) => ({
    name: chain,
    policy: policies[chain as BuiltIn] ?? 'ACCEPT',
    rules: rules[chain as BuiltIn] ?? [],
  }));
  return { name, chains: [...builtIn, ...userChains] };
}
