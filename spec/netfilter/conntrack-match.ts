import { protocolNumber } from '../config/protocols.ts';
import type { CtAsk, CtState, CtStatus, Match, NatState } from '../config/rules.ts';
import { seenState } from '../conntrack/core.ts';
import { newTuple } from '../conntrack/tuple.ts';
import { type CtInfo, directionOf, type NfConn, ORIGINAL, REPLY } from '../conntrack/types.ts';
import type { Skb } from '../skb.ts';
import { addressMatches, within } from './within.ts';

/**
 * net/netfilter/xt_conntrack.c, conntrack_mt. A packet without an entry answers to its state alone: whatever else
 * is asked then holds if a state was asked too, and does not if none was.
 */
export function conntrackMatches(match: Extract<Match, { kind: 'conntrack' }>, skb: Skb): boolean {
  const asksState = match.states.length > 0;
  const ct = skb.template ? TEMPLATE : skb.ct;
  if (asksState && match.states.some((state) => isIn(state, skb)) === match.inverted) return false;
  if (!ct) return asksState;
  return (match.asks ?? []).every((ask) => askHolds(ask, ct));
}

/** That a connection is translated is a state beside the packet's own. */
function isIn(state: CtState | NatState, skb: Skb): boolean {
  if (state === 'SNAT') return skb.ct?.entry.nat?.changed.SRC === true;
  if (state === 'DNAT') return skb.ct?.entry.nat?.changed.DST === true;
  return state === seenState(skb);
}

type Asked = Pick<NfConn, 'tuples' | 'master' | 'seenReply' | 'assured' | 'confirmed'>;

/**
 * Between the rule that assigns a helper and conntrack a packet carries a template: the entry of nobody, all zero but
 * for being confirmed (nf_ct_tmpl_alloc; net/netfilter/xt_CT.c, xt_ct_tg_check).
 */
const NOBODYS = newTuple(0, 0, 0, 0, 0);
const TEMPLATE: { entry: Asked; info: CtInfo } = {
  entry: {
    tuples: [NOBODYS, NOBODYS],
    ...{ master: undefined, seenReply: false, assured: false, confirmed: true },
  },
  info: 'NEW',
};

function askHolds(ask: CtAsk, { entry, info }: { entry: Asked; info: CtInfo }): boolean {
  const original = entry.tuples[ORIGINAL];
  const reply = entry.tuples[REPLY];
  switch (ask.on) {
    case 'origsrc':
      return addressMatches(ask, original.src);
    case 'origdst':
      return addressMatches(ask, original.dst);
    case 'replsrc':
      return addressMatches(ask, reply.src);
    case 'repldst':
      return addressMatches(ask, reply.dst);
    case 'origsrcport':
      return within(ask, original.sport) !== ask.inverted;
    case 'origdstport':
      return within(ask, original.dport) !== ask.inverted;
    case 'replsrcport':
      return within(ask, reply.sport) !== ask.inverted;
    case 'repldstport':
      return within(ask, reply.dport) !== ask.inverted;
    case 'proto':
      return (original.protocol === protocolNumber(ask.protocol)) !== ask.inverted;
    case 'status':
      return ask.statuses.some((status) => hasStatus(entry, status)) !== ask.inverted;
    case 'dir':
      return (directionOf(info) === REPLY) === (ask.direction === 'REPLY');
  }
}

/** The bits of enum ip_conntrack_status that a rule can ask; NONE is no bit, so it never holds. */
function hasStatus(entry: Asked, status: CtStatus): boolean {
  switch (status) {
    case 'NONE':
      return false;
    case 'EXPECTED':
      return entry.master !== undefined;
    case 'SEEN_REPLY':
      return entry.seenReply;
    case 'ASSURED':
      return entry.assured;
    case 'CONFIRMED':
      return entry.confirmed;
  }
}
