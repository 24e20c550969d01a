import { natTargetWords } from '../config/nat-range-text.ts';
import type { Target } from '../config/rules.ts';
import type { Skb } from '../skb.ts';
import type { Net } from '../state.ts';
import { changedHeader } from '../wire/ipv4.ts';
import { natTarget } from './nat/targets.ts';
import { reject } from './reject.ts';
import { clampMss } from './tcpmss.ts';
import type { Place, Template } from './types.ts';

/** Targets that are more than a verdict or a way to another chain. */
type Extension = Exclude<Target, { kind: 'ACCEPT' | 'DROP' | 'RETURN' | 'jump' | 'goto' | 'CT' }>;

/** What a target does to a packet, and whether the rules after it still have a say (XT_CONTINUE). */
export function applyTarget(
  net: Net,
  skb: Skb,
  target: Extension,
  place: Place,
): 'ACCEPT' | 'DROP' | 'CONTINUE' {
  switch (target.kind) {
    case 'SNAT':
    case 'DNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
      return natTarget(net, skb, target, place);
    case 'REJECT':
      reject(net, skb, target.with);
      return 'DROP';
    case 'MARK':
      skb.mark = changed(skb.mark, target.mask, target.value);
      return 'CONTINUE';
    case 'CONNMARK':
      markConnection(skb, target);
      return 'CONTINUE';
    case 'LOG':
    case 'NFLOG':
      return 'CONTINUE';
    case 'TOS':
      setTos(skb, changed(skb.header.tos, target.mask, target.value));
      return 'CONTINUE';
    case 'DSCP':
      setTos(skb, (skb.header.tos & ECN_BITS) | (target.dscp << 2));
      return 'CONTINUE';
    case 'TCPMSS':
      return clampMss(net, skb, target.mss) ? 'CONTINUE' : 'DROP';
  }
}

/**
 * How a packet's connection shall be tracked, if it begins one: with a helper, or not at all. One that has been through
 * conntrack already (over loopback) keeps what it got there (net/netfilter/xt_CT.c, xt_ct_target).
 */
export function trackAs(skb: Skb, template: Template | undefined): void {
  if (skb.ct || skb.attached || skb.untracked || skb.template) return;
  skb.template = template;
  skb.untracked = template === undefined;
}

/** Two of the byte's bits belong to somebody else (XT_DSCP_ECN_MASK). */
const ECN_BITS = 3;

function setTos(skb: Skb, tos: number): void {
  skb.header = changedHeader(skb.header, { tos });
}

/**
 * net/netfilter/xt_connmark.c, connmark_tg_shift; a packet without a connection is left alone. What carries a template
 * marks that, and so every packet that will carry it.
 */
function markConnection(skb: Skb, target: Extract<Target, { kind: 'CONNMARK' }>): void {
  const entry = skb.template ?? skb.ct?.entry;
  if (!entry) return;
  switch (target.op) {
    case 'set':
      entry.mark = changed(entry.mark, target.mask, target.value);
      break;
    case 'save':
      entry.mark = changed(entry.mark, target.connectionMask, skb.mark & target.packetMask);
      break;
    case 'restore':
      skb.mark = changed(skb.mark, target.packetMask, entry.mark & target.connectionMask);
      break;
  }
}

/** Clears the bits of the mask, then flips the others. */
function changed(mark: number, cleared: number, flipped: number): number {
  return ((mark & ~cleared) ^ flipped) >>> 0;
}

/** A target in a few words, for people. */
export function wording(target: Target): string {
  switch (target.kind) {
    case 'REJECT':
      return `REJECT --reject-with ${target.with}`;
    case 'MARK':
      return `MARK --set-xmark ${target.value}/${target.mask}`;
    case 'CONNMARK':
      return `CONNMARK --${target.op}-mark`;
    case 'CT':
      return 'helper' in target ? `CT --helper ${target.helper}` : 'CT --notrack';
    case 'TOS':
      return `TOS --set-tos ${target.value}/${target.mask}`;
    case 'DSCP':
      return `DSCP --set-dscp ${target.dscp}`;
    case 'TCPMSS':
      return target.mss === undefined ? 'TCPMSS --clamp-mss-to-pmtu' : `TCPMSS --set-mss ${target.mss}`;
    case 'SNAT':
    case 'DNAT':
    case 'MASQUERADE':
    case 'REDIRECT':
      return [target.kind, ...natTargetWords(target, 'numeric')].join(' ');
    case 'jump':
    case 'goto':
      return `${target.kind} ${target.chain}`;
    default:
      return target.kind;
  }
}
