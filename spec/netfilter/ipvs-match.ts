import { IPVS_METHODS, type IpvsAsk, type Match } from '../config/rules.ts';
import { directionOf, REPLY } from '../conntrack/types.ts';
import { connOutGet } from '../ipvs/conn.ts';
import { endsOf, reverse } from '../ipvs/ends.ts';
import type { IpVsConn } from '../ipvs/types.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { addressMatches } from './within.ts';

/**
 * net/netfilter/xt_ipvs.c, ipvs_mt. The connection is looked for as if the packet were its own answer, so only
 * packets on their way to a real server have one.
 */
export function ipvsMatches(net: Net, match: Extract<Match, { kind: 'ipvs' }>, skb: Skb): boolean {
  if (!match.asks) return skb.ipvsProperty !== match.inverted;
  const ends = skb.ipvsProperty ? endsOf(net, skb) : undefined;
  const cp = ends && connOutGet(net, reverse(ends));
  return cp !== undefined && match.asks.every((ask) => askHolds(ask, cp, skb));
}

function askHolds(ask: IpvsAsk, cp: IpVsConn, skb: Skb): boolean {
  switch (ask.on) {
    case 'vaddr':
      return addressMatches(ask, cp.virtual);
    case 'vport':
      return (cp.virtualPort === ask.port) !== ask.inverted;
    case 'vdir':
      return skb.ct !== undefined && (directionOf(skb.ct.info) === REPLY) === (ask.direction === 'REPLY');
    case 'vmethod':
      return (cp.forward === IPVS_METHODS[ask.method]) !== ask.inverted;
  }
}
