import type { Scheduler } from '../../state.ts';
import type { IpVsDest, IpVsService } from '../types.ts';
import { hash32 } from './hash32.ts';
import { isUsable } from './usable.ts';

const TABLE_BITS = 8;
const TABLE_SIZE = 1 << TABLE_BITS;

/**
 * Source hashing: the client's address, with sh-port also its port, names a bucket, and the bucket a dest
 * (net/netfilter/ipvs/ip_vs_sh.c). The buckets of a dest that is not usable stay its own: with sh-fallback its clients
 * go elsewhere, else nowhere.
 */
export const sh: Scheduler = {
  init: forget,
  changed: forget,
  removed: forget,

  schedule(_net, service, { source, sourcePort }) {
    const buckets = bucketsOf(service);
    const port = service.schedFlags.includes('sh-port') ? sourcePort : 0;
    const first = hash32(port + source, TABLE_BITS);
    const dest = buckets[first];
    if (!dest || isUsable(dest)) return dest;
    return service.schedFlags.includes('sh-fallback') ? fallback(buckets, first) : undefined;
  },
};

/** ip_vs_sh_get_fallback: the search starts at twice the bucket, because the bucket is added to itself as an offset. */
function fallback(buckets: readonly IpVsDest[], first: number): IpVsDest | undefined {
  for (let offset = 0; offset < TABLE_SIZE; offset++) {
    const dest = buckets[(first + ((offset + first) % TABLE_SIZE)) % TABLE_SIZE];
    if (dest && isUsable(dest)) return dest;
  }
  return undefined;
}

/** The table depends on nothing but the list and its weights, so it is filled when first needed. */
function forget(service: IpVsService): void {
  service.schedData = undefined;
}

function bucketsOf(service: IpVsService): readonly IpVsDest[] {
  service.schedData ??= filled(service.dests);
  return service.schedData as readonly IpVsDest[];
}

/** ip_vs_sh_reassign: round and round the list, each dest as many buckets in a row as it weighs, at least one. */
function filled(dests: readonly IpVsDest[]): readonly IpVsDest[] {
  const buckets: IpVsDest[] = [];
  while (dests.length > 0 && buckets.length < TABLE_SIZE) {
    for (const dest of dests)
      for (let n = 0; n < Math.max(1, dest.weight) && buckets.length < TABLE_SIZE; n++) buckets.push(dest);
  }
  return buckets;
}
