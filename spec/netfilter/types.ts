import type { Rule } from '../config/rules.ts';

/** Packets and bytes that met a rule (struct xt_counters). */
export interface Counter {
  packets: number;
  bytes: number;
}

/** The filter table of a network namespace, with live counters. */
export interface FilterTable {
  readonly chains: FilterChain[];
}

export interface FilterChain {
  readonly name: string;
  /** Undefined for a user chain. */
  policy: 'ACCEPT' | 'DROP' | undefined;
  readonly policyCounter: Counter;
  rules: FilterRule[];
}

export interface FilterRule {
  readonly rule: Rule;
  readonly counter: Counter;
}
