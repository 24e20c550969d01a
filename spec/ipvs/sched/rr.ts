import type { Scheduler } from '../../state.ts';
import type { IpVsDest, IpVsService } from '../types.ts';
import { isUsable } from './usable.ts';

/**
 * Round robin: the next dest in the list after the one chosen last (net/netfilter/ipvs/ip_vs_rr.c). What is
 * remembered is that dest; undefined stands for the list's head, before the first.
 */
export const rr: Scheduler = {
  init(service) {
    service.schedData = undefined;
  },

  schedule(_net, service) {
    const last = service.schedData as IpVsDest | undefined;
    const start = last ? service.dests.indexOf(last) + 1 : 0;
    const order = [...service.dests.slice(start), ...service.dests.slice(0, start)];
    const dest = order.find(isUsable);
    if (dest) service.schedData = dest;
    return dest;
  },

  /** The dest before the removed one is the one chosen last from now on. */
  removed(service: IpVsService, dest: IpVsDest, index: number) {
    if (service.schedData === dest) service.schedData = service.dests[index - 1];
  },
};
