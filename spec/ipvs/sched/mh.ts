import type { Scheduler } from '../../state.ts';
import type { IpVsDest, IpVsService } from '../types.ts';
import { gcd } from './gcd.ts';
import { hsiphash } from './hsiphash.ts';
import { isUsable } from './usable.ts';

/** What CONFIG_IP_VS_MH_TAB_INDEX=12 stands for: the table's size, a prime, and the bits that a weight may take. */
const TABLE_SIZE = 4093;
const WEIGHT_BITS = 6;
/** generate_hash_secret: the two keys are no secret. */
const KEY_OFFSET = 2654435761;
const KEY_SKIP = 2654446892;

/**
 * Maglev hashing: the client's address, with mh-port also its port, names a slot of a table in which each dest has
 * claimed its share in an order of its own, so that few clients move when a dest comes or goes
 * (net/netfilter/ipvs/ip_vs_mh.c). A dest that rests keeps its slots, by the weight that it had last.
 */
export const mh: Scheduler = {
  init: forget,
  changed: forget,
  removed: forget,

  schedule(_net, service, { source, sourcePort }) {
    const table = tableOf(service);
    const name = source + (service.schedFlags.includes('mh-port') ? sourcePort : 0);
    const first = slotOf(name);
    const dest = destAt(table, first);
    if (!dest || isUsable(dest)) return dest;
    const elsewhere = service.schedFlags.includes('mh-fallback') && service.dests.some(isUsable);
    return elsewhere ? fallback(table, name, first) : undefined;
  },
};

function slotOf(name: number): number {
  return hsiphash(name, KEY_OFFSET) % TABLE_SIZE;
}

/** ip_vs_mh_get_fallback: other slots in the order in which the name, with an offset added, hashes to them. */
function fallback(table: Table, name: number, first: number): IpVsDest | undefined {
  for (let offset = 0; offset < TABLE_SIZE; offset++) {
    const dest = destAt(table, slotOf(name + ((offset + first) % TABLE_SIZE)));
    if (dest && isUsable(dest)) return dest;
  }
  return undefined;
}

/** The table depends on nothing but the list and its weights, so it is filled when first needed. */
function forget(service: IpVsService): void {
  service.schedData = undefined;
}

function tableOf(service: IpVsService): Table {
  service.schedData ??= populated(service.dests);
  return service.schedData as Table;
}

/** Whose each slot is: the number of one of the dests, counted from 1; 0 of a table that nobody claims. */
interface Table {
  readonly dests: readonly IpVsDest[];
  readonly slots: Uint16Array;
}

function destAt({ dests, slots }: Table, slot: number): IpVsDest | undefined {
  return dests[slots[slot]! - 1];
}

/** Where a dest begins to claim slots, how far it jumps, and how many it claims in a row (struct ip_vs_mh_dest_setup). */
interface Claimer {
  /** Counted from 1. */
  readonly number: number;
  readonly skip: number;
  readonly turns: number;
  next: number;
}

/** ip_vs_mh_populate: the dests claim slots in turns until all are taken. */
function populated(all: readonly IpVsDest[]): Table {
  const dests = all.filter(({ lastWeight }) => lastWeight > 0);
  const slots = new Uint16Array(TABLE_SIZE);
  const claimers = claimersOf(dests);
  let left = claimers.length > 0 ? TABLE_SIZE : 0;
  while (left > 0) {
    for (const claimer of claimers)
      for (let turn = 0; turn < claimer.turns && left > 0; turn++, left--) claim(slots, claimer);
  }
  return { dests, slots };
}

function claim(slots: Uint16Array, claimer: Claimer): void {
  let { next } = claimer;
  while (slots[next] !== 0) {
    next += claimer.skip;
    if (next >= TABLE_SIZE) next -= TABLE_SIZE;
  }
  slots[next] = claimer.number;
  claimer.next = next;
}

/** ip_vs_mh_permutate; dests that were added with weight 0 claim nothing. */
function claimersOf(dests: readonly IpVsDest[]): readonly Claimer[] {
  const divisor = dests.map(({ lastWeight }) => lastWeight).reduce(gcd, 0);
  const bits = 32 - Math.clz32(Math.max(0, ...dests.map(({ lastWeight }) => lastWeight)) / divisor);
  const shift = Math.max(0, bits - WEIGHT_BITS);
  return dests.map((dest, index) => ({
    number: index + 1,
    next: slotOf(dest.address + dest.port),
    skip: (hsiphash(dest.address + dest.port, KEY_SKIP) % (TABLE_SIZE - 1)) + 1,
    turns: Math.max(1, (dest.lastWeight / divisor) >> shift),
  }));
}
