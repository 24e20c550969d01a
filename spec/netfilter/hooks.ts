import type { Skb } from '../skb.ts';
import type { Net, Parts } from '../state.ts';
import { HOOKS, type Hook } from '../tables/hooks.ts';
import { note } from '../trace-log.ts';

/** A director's parts never change, so neither do their lists. */
const LISTS = new WeakMap<Parts, Net['hooks']>();

/** The stations of each hook in the order of their priorities (nf_register_net_hook). */
export function hookLists(parts: Parts): Net['hooks'] {
  const lists = LISTS.get(parts) ?? listed(parts);
  LISTS.set(parts, lists);
  return lists;
}

function listed(parts: Parts): Net['hooks'] {
  const rows = [...parts.hookRows].sort((a, b) => a.priority - b.priority);
  return Object.fromEntries(
    HOOKS.map((hook) => [
      hook,
      rows
        .filter((row) => row.hook === hook)
        .map(({ station }) => ({ station, run: parts.stations[station] })),
    ]),
  ) as unknown as Net['hooks'];
}

/** Walks a packet along a hook (nf_hook_slow). False: a station dropped it or took it over. */
export function nfHook(net: Net, hook: Hook, skb: Skb): boolean {
  skb.hookOut = skb.outDevice;
  for (const { station, run } of net.hooks[hook]) {
    if (!run.active(net)) continue;
    const verdict = run.run(net, skb, hook);
    if (verdict !== 'NF_ACCEPT') {
      note(net, hook, station, verdict, () =>
        verdict === 'NF_DROP' ? 'the packet ends here' : 'the packet goes on from here by another way',
      );
      return false;
    }
  }
  return true;
}
