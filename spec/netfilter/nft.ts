import type { IptablesCommand } from '../config/commands.ts';
import { LIMIT_SCALE, limitAverage } from '../config/iptables-limit.ts';
import { BUILT_IN_CHAINS } from '../config/rules.ts';
import type { Skb } from '../skb.ts';
import type { Backend, Net } from '../state.ts';
import { emptyChain } from './legacy.ts';
import { flagsMatch, hasOneOf, portsMatch } from './matches.ts';
import type { Clock, IptTable, LimitState, OfKind } from './types.ts';

/**
 * What iptables-nft makes of the same rules (iptables 1.8.9, iptables/nft.c). Most matches and targets stay the
 * modules that they are (net/netfilter/nft_compat.c); ports, flags and limits become nf_tables' own expressions.
 */
export const nft: Backend = {
  tcpMatches: (match, skb, net) => hasFlags(match, skb, net) && hasPorts(match, skb, net),
  udpMatches: hasPorts,
  fullCredit: ({ jiffies }, limit) => ({ credit: tokens(limit).most, last: jiffies }),
  limitMatches,
  reload,
  tableFor,
  refusedStays: false,
};

/** What is not there matches nothing, not even what is inverted (net/netfilter/nft_payload.c, nft_payload_eval). */
function hasPorts(match: OfKind<'tcp' | 'udp'>, skb: Skb, net: Net): boolean {
  const bytes = match.dport ? 4 : match.sport ? 2 : 0;
  if (!isThere(skb, bytes, net)) return false;
  if (saysNotBoth(match) && hasOneOf(match, skb)) net.undetermined ??= 'nft-ports-inverted';
  return portsMatch(match, skb);
}

/** Two ports, each inverted, which older tools compare as one word (iptables/nft.c, add_nft_tcpudp). */
function saysNotBoth({ sport, dport }: OfKind<'tcp' | 'udp'>): boolean {
  return [sport, dport].every((port) => port?.inverted && port.first === port.last);
}

function hasFlags(match: OfKind<'tcp'>, skb: Skb, net: Net): boolean {
  return isThere(skb, match.flags ? 14 : 0, net) && flagsMatch(match, skb);
}

/** Older kernels take what a fragment begins with for a header (net/netfilter/nf_tables_core.c, nft_payload_fast_eval). */
function isThere({ header, payload }: Skb, bytes: number, { kernel }: Net): boolean {
  const hasHeader = header.fragmentOffset === 0 || !kernel.has('nft-payload-of-first-fragment');
  return bytes === 0 || (hasHeader && payload.length >= bytes);
}

const NS_PER_SECOND = 1e9;
const tickNs = ({ hz }: Clock['kernel']): number => NS_PER_SECOND / hz;
/** Seconds in a day, an hour, a minute and a second. */
const UNITS = [86_400, 3600, 60, 1] as const;

/** What a packet costs and what a bucket holds, ns: the rate as the tool writes it (nft.c, add_nft_limit). */
function tokens(limit: OfKind<'limit'>): { readonly cost: number; readonly most: number } {
  const average = limitAverage(limit);
  const fits = (unit: number): boolean => {
    const scaled = unit * LIMIT_SCALE;
    return average <= scaled && Math.floor(scaled / average) >= scaled % average;
  };
  const coarser = UNITS.findIndex((unit, index) => index > 0 && !fits(unit)) - 1;
  const unit = UNITS[coarser < 0 ? UNITS.length - 1 : coarser]!;
  const rate = Math.floor((unit * LIMIT_SCALE) / average);
  const cost = Math.floor((unit * NS_PER_SECOND) / rate);
  return { cost, most: cost * limit.burst };
}

/**
 * net/netfilter/nft_limit.c, nft_limit_eval. It counts nanoseconds, of which only the jiffy is known: here `credit` is
 * the least that there can be at the start of one. There may be a tick's worth more, and in the middle of it another;
 * only a bucket that is full is known to the drop.
 */
function limitMatches(net: Net, limit: OfKind<'limit'>, state: LimitState): boolean {
  const tick = tickNs(net.kernel);
  const { cost, most } = tokens(limit);
  const earned = state.credit + (net.jiffies - state.last) * tick;
  const passes = Math.min(earned, most) >= cost;
  if (!passes && earned + 2 * tick > cost) net.undetermined ??= 'nft-limit-tick';
  state.last = net.jiffies;
  state.credit = Math.min(earned, most - tick) - (passes ? cost : 0);
  return passes;
}

/** Nothing but what a command names changes; with its policy a chain begins to count anew. */
function reload(_: Net, table: IptTable, command: IptablesCommand): void {
  const chain = table.chains.find(({ name }) => name === command.chain);
  if (command.op === 'policy') Object.assign(chain!.policyCounter, { packets: 0, bytes: 0 });
}

/** A chain is made when it is first written to; who only takes from it finds that there is none. */
function tableFor(table: IptTable | undefined, { table: name, chain, op }: IptablesCommand): IptTable {
  const chains = table?.chains ?? [];
  const isMade = chains.some((each) => each.name === chain) || !BUILT_IN_CHAINS[name].includes(chain);
  const writes = op !== 'replace' && op !== 'delete';
  return { name, chains: isMade || !writes ? chains : [...chains, emptyChain(chain)] };
}
