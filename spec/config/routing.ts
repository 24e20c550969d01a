import type { Ipv4 } from '../wire/address.ts';

/** The addresses whose first `length` bits are these; the other bits of `address` are 0. */
export interface Prefix {
  readonly address: Ipv4;
  readonly length: number;
}

/** What rules and routes do with a packet instead of sending it somewhere. */
export const REFUSALS = ['unreachable', 'prohibit', 'blackhole'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** `throw` leaves the table: the next rule decides. */
export const ROUTE_TYPES = ['unicast', 'local', ...REFUSALS, 'throw'] as const;
export type RouteType = (typeof ROUTE_TYPES)[number];

/** Tables that every director has (RT_TABLE_DEFAULT and its like); any number from 1 on names another. */
export const TABLES = { default: 253, main: 254, local: 255 } as const;

/** What a packet must be like for a rule, and where its route is looked for then (struct fib4_rule). */
export interface PolicyRule {
  readonly kind: 'rule';
  readonly from?: Prefix;
  readonly to?: Prefix;
  /** Holds for a packet whose mark has these bits of the mask. */
  readonly mark?: { readonly value: number; readonly mask: number };
  /** The device that it came in by; `lo` for what the director sends itself. */
  readonly iif?: string;
  /** Smaller ones are asked first; without it a rule goes before all but the one for table local. */
  readonly priority?: number;
  readonly action: Refusal | { readonly table: number };
}

/** A route that an administrator has put into a table. */
export interface AddedRoute {
  readonly kind: 'route';
  readonly type: RouteType;
  readonly prefix: Prefix;
  /** The router on the way; `unicast` only. */
  readonly via?: Ipv4;
  /** Only of `unicast` and `local`, which always have one. */
  readonly device?: string;
  readonly table: number;
}

/** One line of what is set up beside the routes that follow from the links' addresses, in the order in which it is. */
export type RoutingEntry = PolicyRule | AddedRoute;
