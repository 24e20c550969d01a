import { draw } from '../../chance.ts';
import type { Scheduler } from '../../state.ts';
import { isUsable } from './usable.ts';

/**
 * Power of two choices: two dests are picked by chance, the heavier the oftener, and of these the less busy one is
 * taken. Chance may pick the same one twice, so none that is usable can be ruled out, and no other be taken
 * (net/netfilter/ipvs/ip_vs_twos.c).
 */
export const twos: Scheduler = {
  init() {},

  schedule: (net, { dests }) => draw(net, 'twos-choice', dests.filter(isUsable)),
};
