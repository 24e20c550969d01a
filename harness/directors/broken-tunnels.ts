import { PARTS } from '../../spec/parts.ts';
import type { Skb } from '../../spec/skb.ts';
import type { Parts } from '../../spec/state.ts';
import { PROTOCOL_IPIP } from '../../spec/wire/ipv4.ts';
import { atDefault, type BrokenDirector } from './broken-director.ts';

/** A packet is wrapped for its tunnel rightly, and then something happens to it. */
function afterWrapping(spoil: (skb: Skb) => void): Parts {
  return {
    ...PARTS,
    encapsulate: (net, skb, cp, source) => {
      PARTS.encapsulate(net, skb, cp, source);
      spoil(skb);
    },
  };
}

// biome-ignore format: a table is read row by row
/** Directors that are wrong about tunnels. */
export const BROKEN_TUNNELS: readonly BrokenDirector[] = [
  { id: 'tunnel-fresh-ttl', says: 'The outer header of a tunnelled packet begins a life of its own.', parts: afterWrapping((skb) => { skb.header = { ...skb.header, ttl: 64 }; }) },
  { id: 'tunnel-df-always', says: 'A tunnelled packet keeps its DF though pmtu_disc is off.', parts: { ...PARTS, encapsulate: (net, skb, cp, source) => atDefault(net, 'net.ipv4.vs.pmtu_disc', () => PARTS.encapsulate(net, skb, cp, source)) } },
  { id: 'tunnel-room-forgotten', says: 'What a tunnel adds to a packet is not counted when it is measured.', parts: { ...PARTS, tunnelBytes: () => 0 } },
  { id: 'tunnel-room-of-ipip', says: 'Only the outer IP header is counted, not what a tunnel has besides.', parts: { ...PARTS, tunnelBytes: () => 20 } },
  { id: 'tunnel-error-kept', says: 'What befalls packets within a tunnel no client is told.', parts: { ...PARTS, tunnelError: () => 'NF_STOLEN' } },
  { id: 'tunnel-error-room-of-ipip', says: 'When somebody on the way says what fits, only the outer IP header is taken off it.', parts: { ...PARTS, tunnelError: (net, skb, cp, outerBytes) => PARTS.tunnelError({ ...net, kernel: { ...net.kernel, has: (change) => change !== 'tunnel-error-counts-encapsulation' && net.kernel.has(change) } }, skb, cp, outerBytes) } },
  { id: 'tunnel-entry-lost', says: 'With vs/conntrack=1 tunnelled connections leave no entry.', parts: afterWrapping((skb) => { skb.ct = undefined; }) },
  { id: 'tunnel-gre-unsummed', says: '--tun-csum says nothing to GRE.', parts: { ...PARTS, encapsulate: (net, skb, cp, source) => PARTS.encapsulate(net, skb, { ...cp, dest: { ...cp.dest, encapsulation: cp.dest.encapsulation?.type === 'gre' ? { type: 'gre', checksum: 'nocsum' } : cp.dest.encapsulation } }, source) } },
  { id: 'match-protocol-no-tunnel', says: '-p gre and -p ipencap hold for nothing.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => (rule.protocol?.protocol === 'gre' || rule.protocol?.protocol === 'ipencap' ? rule.protocol.inverted : PARTS.ruleMatches(net, rule, skb, devices)) } },
  { id: 'conntrack-known-protocols-only', says: 'Only protocols that conntrack knows by name are tracked.', parts: { ...PARTS, conntrackProtocols: { ...PARTS.conntrackProtocols, [PROTOCOL_IPIP]: () => 'INVALID' } } },
  { id: 'reject-sums-up-anew', says: 'REJECT does not know what conntrack has found right, so that of IPIP it never tells.', parts: { ...PARTS, stations: { ...PARTS.stations, iptable_filter_hook: { ...PARTS.stations.iptable_filter_hook, run: (net, skb, hook) => { skb.checksumValid = false; return PARTS.stations.iptable_filter_hook.run(net, skb, hook); } } } } },
];
