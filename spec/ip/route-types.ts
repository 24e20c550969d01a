import type { PolicyRule, Prefix, RouteType } from '../config/routing.ts';
import type { Link } from '../config/topology.ts';
import type { Ipv4 } from '../wire/address.ts';

/** A route of some table (struct fib_alias, and the next hop of its fib_info). */
export interface FibRoute {
  /** The id of its table (tb_id). */
  readonly table: number;
  readonly type: RouteType;
  readonly network: Ipv4;
  readonly length: number;
  /** '' where it leads nowhere. */
  readonly device: string;
  readonly gateway: Ipv4 | undefined;
}

/** What a packet must be like for a rule, its place in the order, and where a route is looked for (struct fib4_rule). */
export interface FibRule {
  readonly priority: number;
  readonly from: Prefix;
  readonly to: Prefix;
  readonly mark: PolicyRule['mark'] | undefined;
  readonly iif: string | undefined;
  readonly action: PolicyRule['action'];
}

/** The director's routes, and the rules that say which table is asked (struct netns_ipv4, rules_ops and its like). */
export interface Fib {
  readonly rules: readonly FibRule[];
  /** Longest prefixes first. */
  readonly tables: ReadonlyMap<number, readonly FibRoute[]>;
  /**
   * Until somebody adds a rule, tables local and main are one, in which the longer prefix wins whosever it is
   * (net/ipv4/fib_frontend.c, fib_new_table; fib_trie.c, fib_trie_unmerge).
   */
  readonly merged: readonly FibRoute[] | undefined;
}

/** What routes are looked for by (struct flowi4). */
export interface Flow {
  readonly destination: Ipv4;
  /** 0 while it is not chosen. */
  readonly source: Ipv4;
  readonly mark: number;
  /** Where it came in; lo for what the director sends. */
  readonly iif: string;
  /** By which device it must leave; undefined where nobody asks that. */
  readonly oif: string | undefined;
}

/** Why there is no route, by the kernel's names of errors. */
export type FibError = 'ENETUNREACH' | 'EHOSTUNREACH' | 'EACCES' | 'EINVAL';

/** The way of a packet that leaves (struct rtable). */
export interface WayOut {
  readonly kind: 'unicast';
  readonly link: Link;
  /** Whom it was looked for. */
  readonly destination: Ipv4;
  /** What was found. */
  readonly fib: FibRoute;
  /** Whose sender is a neighbour on the link that it leaves by (IPSKB_DOREDIRECT). */
  readonly detour: boolean;
}

/** By what device a packet came in, and would go out; lo for the director itself. */
export interface ThroughDevices {
  readonly inDevice: string;
  readonly outDevice: string;
}
