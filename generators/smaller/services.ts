import { type Dest, SCHEDULERS, type VirtualService } from '../../spec/config/services.ts';
import { nearer } from './numbers.ts';
import { anyOf, inField, oneAfterAnother, type Smaller, smallerList, towards } from './smaller.ts';

/** Weight 1 says least, then 0, then the nearer to them. */
export const smallerWeight: Smaller<number> = (weight) =>
  weight <= 1 ? towards(1)(weight) : oneAfterAnother([1, 0], nearer(2)(weight));

/** Masquerading is what a reader expects; a dest that routes directly has the service's port anyway. */
const smallerDest: Smaller<Dest> = anyOf(
  inField('weight', smallerWeight),
  inField('forward', towards<Dest['forward']>('masq')),
);

const smallerService: Smaller<VirtualService> = anyOf(
  inField('dests', smallerList(smallerDest)),
  function* (service) {
    const dests = service.dests.map((dest) => ({ ...dest, port: service.port }));
    const places = new Set(dests.map((dest) => dest.address));
    const changed = service.dests.some((dest) => dest.port !== service.port);
    if (changed && places.size === dests.length) yield { ...service, dests };
  },
  inField('scheduler', towards(...SCHEDULERS)),
);

export const smallerServices: Smaller<readonly VirtualService[]> = smallerList(smallerService);
