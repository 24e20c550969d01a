import { PARTS } from '../../spec/parts.ts';
import type { Skb } from '../../spec/skb.ts';
import type { Parts } from '../../spec/state.ts';
import type { Hook, StationName } from '../../spec/tables/hooks.ts';
import { PROTOCOL_ICMP } from '../../spec/wire/ipv4.ts';
import type { BrokenDirector } from './broken-director.ts';
import { type Run, station } from './broken-station.ts';

/** A station that treats packets otherwise at one hook. */
function stationAt(name: StationName, at: Hook, wrong: (right: Run) => Run): Parts {
  return station(name, (right) => (net, skb, hook) => (hook === at ? wrong(right) : right)(net, skb, hook));
}

/** The station sees nothing of them. */
const blindTo =
  (which: (skb: Skb) => boolean) =>
  (right: Run): Run =>
  (net, skb, hook) =>
    which(skb) ? 'NF_ACCEPT' : right(net, skb, hook);

/** No link has brought it, and IPVS has not touched it. */
const isOwn = (skb: Skb): boolean => skb.inDevice === '' && !skb.ipvsProperty;

/** A hop is given for the one that sending takes; what stays gets none. */
const livesOn =
  (right: Run): Run =>
  (net, skb, hook) => {
    const { ttl } = skb.header;
    if (isOwn(skb)) skb.header = { ...skb.header, ttl: Math.min(255, ttl + 1) };
    const verdict = right(net, skb, hook);
    if (verdict === 'NF_ACCEPT') skb.header = { ...skb.header, ttl };
    return verdict;
  };

// biome-ignore format: a table is read row by row
/** Directors that are wrong about what programs on them send, and about being real servers. */
export const BROKEN_OWN: readonly BrokenDirector[] = [
  { id: 'own-never-scheduled', says: 'What a program on the director sends to a service is scheduled by nobody.', parts: stationAt('ip_vs_in_hook', 'NF_INET_LOCAL_OUT', blindTo((skb) => skb.header.protocol !== PROTOCOL_ICMP)) },
  { id: 'own-answers-exposed', says: 'Answers to a program on the director come from the real server.', parts: stationAt('ip_vs_out_hook', 'NF_INET_LOCAL_IN', blindTo(() => true)) },
  { id: 'own-lives-on', says: 'IPVS takes no hop of the life of what the director itself sends.', parts: stationAt('ip_vs_in_hook', 'NF_INET_LOCAL_OUT', livesOn) },
  { id: 'own-untracked', says: 'Only what comes in by a link is tracked.', parts: stationAt('ipv4_conntrack_local', 'NF_INET_LOCAL_OUT', blindTo((skb) => isOwn(skb) && skb.ct === undefined)) },
  { id: 'own-nat-skipped', says: 'OUTPUT of the table nat is for nobody.', parts: stationAt('nf_nat_ipv4_local_fn', 'NF_INET_LOCAL_OUT', blindTo(isOwn)) },
  { id: 'own-pieces-pass', says: 'Pieces of its own packets leave as they are, tracked or not.', parts: stationAt('ipv4_conntrack_defrag', 'NF_INET_LOCAL_OUT', blindTo(isOwn)) },
  { id: 'local-node-exposed', says: 'As its own real server the director answers with its own address.', parts: stationAt('ip_vs_out_hook', 'NF_INET_LOCAL_OUT', blindTo((skb) => skb.header.protocol !== PROTOCOL_ICMP)) },
  { id: 'local-node-errors-exposed', says: 'As its own real server the director sends errors with its own address.', parts: stationAt('ip_vs_out_hook', 'NF_INET_LOCAL_OUT', blindTo((skb) => skb.header.protocol === PROTOCOL_ICMP)) },
  { id: 'local-node-lost', says: 'A director does not take itself for a real server: such packets are lost.', parts: stationAt('ip_vs_in_hook', 'NF_INET_LOCAL_IN', (right) => (net, skb, hook) => { const verdict = right(net, skb, hook); return verdict === 'NF_ACCEPT' && skb.ipvsProperty && skb.header.protocol !== PROTOCOL_ICMP ? 'NF_DROP' : verdict; }) },
  { id: 'own-room-unlimited', says: 'A program may send more than the link takes.', parts: { ...PARTS, rawRoom: () => 65_535 } },
];
