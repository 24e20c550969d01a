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
    const slots = slotsOf(service);
    const name = source + (service.schedFlags.includes('mh-port') ? sourcePort : 0);
    const first = slotOf(name);
    const dest = slots[first];
    if (!dest || isUsable(dest)) return dest;
    const elsewhere = service.schedFlags.includes('mh-fallback') && service.dests.some(isUsable);
    return elsewhere ? fallback(slots, name, first) : undefined;
  },
};

function slotOf(name: number): number {
  return hsiphash(name, KEY_OFFSET) % TABLE_SIZE;
}

/** ip_vs_mh_get_fallback: other slots in the order in which the name, with an offset added, hashes to them. */
function fallback(slots: readonly (IpVsDest | undefined)[], name: number, first: number) {
  for (let offset = 0; offset < TABLE_SIZE; offset++) {
    const dest = slots[slotOf(name + ((offset + first) % TABLE_SIZE))];
    if (dest && isUsable(dest)) return dest;
  }
  return undefined;
}

/** The table depends on nothing but the list and its weights, so it is filled when first needed. */
function forget(service: IpVsService): void {
  service.schedData = undefined;
}

function slotsOf(service: IpVsService): readonly (IpVsDest | undefined)[] {
  service.schedData ??= populated(service.dests);
  return service.schedData as readonly (IpVsDest | undefined)[];
}

/** Where a dest begins to claim slots, how far it jumps, and how many it claims in a row (struct ip_vs_mh_dest_setup). */
interface Claimer {
  readonly dest: IpVsDest;
  readonly skip: number;
  readonly turns: number;
  next: number;
}

/** ip_vs_mh_populate: the dests claim slots in turns until all are taken. */
function populated(dests: readonly IpVsDest[]): readonly (IpVsDest | undefined)[] {
  const slots = Array<IpVsDest | undefined>(TABLE_SIZE).fill(undefined);
  const claimers = claimersOf(dests);
  let left = claimers.length > 0 ? TABLE_SIZE : 0;
  while (left > 0) {
    for (const claimer of claimers)
      for (let turn = 0; turn < claimer.turns && left > 0; turn++, left--) claim(slots, claimer);
  }
  return slots;
}

function claim(slots: (IpVsDest | undefined)[], claimer: Claimer): void {
  while (slots[claimer.next]) {
    claimer.next += claimer.skip;
    if (claimer.next >= TABLE_SIZE) claimer.next -= TABLE_SIZE;
  }
  slots[claimer.next] = claimer.dest;
}

/** ip_vs_mh_permutate; dests that were added with weight 0 claim nothing. */
function claimersOf(dests: readonly IpVsDest[]): readonly Claimer[] {
  const weights = dests.map(({ lastWeight }) => lastWeight).filter((weight) => weight > 0);
  const divisor = weights.reduce(gcd, 0);
  const bits = 32 - Math.clz32(Math.max(0, ...weights) / divisor);
  const shift = Math.max(0, bits - WEIGHT_BITS);
  return dests
    .filter(({ lastWeight }) => lastWeight > 0)
    .map((dest) => ({
      dest,
      next: slotOf(dest.address + dest.port),
      skip: (hsiphash(dest.address + dest.port, KEY_SKIP) % (TABLE_SIZE - 1)) + 1,
      turns: Math.max(1, (dest.lastWeight / divisor) >> shift),
    }));
}
