import { PARTS } from '../../spec/parts.ts';
import type { Parts } from '../../spec/state.ts';
import { atDefault, type BrokenDirector } from './broken-director.ts';

type Lookup = Parts['fibLookup'];

/** Routes are looked for by something else than the packet. */
function asking(change: (flow: Parameters<Lookup>[1]) => Partial<Parameters<Lookup>[1]>): Parts {
  return { ...PARTS, fibLookup: (net, flow) => PARTS.fibLookup(net, { ...flow, ...change(flow) }) };
}

// biome-ignore format: a table is read row by row
/** Directors that are wrong about rules, tables and routes. */
export const BROKEN_ROUTING: readonly BrokenDirector[] = [
  { id: 'routing-mark-ignored', says: 'Rules that ask for a mark see none.', parts: asking(() => ({ mark: 0 })) },
  { id: 'routing-source-ignored', says: 'Rules that ask for a source see none.', parts: asking(() => ({ source: 0 })) },
  { id: 'routing-device-ignored', says: 'Rules see everything come in by lo.', parts: asking(() => ({ iif: 'lo' })) },
  { id: 'routing-main-only', says: 'Whatever was added, routes are looked for in local, main and default.', parts: { ...PARTS, fibLookup: (net, flow) => PARTS.fibLookup({ ...net, fib: { ...net.fib, rules: net.fib.rules.filter(({ priority }) => priority === 0 || priority >= 32766) } }, flow) } },
  { id: 'routing-error-silent', says: 'Nobody is told of packets that no route takes.', parts: { ...PARTS, ipError: () => {} } },
  { id: 'routing-error-host', says: 'Whatever refuses a packet, its sender hears that the host cannot be reached.', parts: { ...PARTS, ipError: (net, skb) => PARTS.ipError(net, skb, 'EHOSTUNREACH') } },
  { id: 'routing-error-unlimited', says: 'A sender is told of every packet that no route takes.', parts: { ...PARTS, ipError: (net, skb, error) => { net.peers.delete(skb.header.source); PARTS.ipError(net, skb, error); } } },
  { id: 'snat-reroute-never', says: 'snat_reroute changes nothing.', parts: { ...PARTS, snatReroute: () => true } },
  { id: 'snat-reroute-always', says: 'Answers are routed anew though snat_reroute is 0.', parts: { ...PARTS, snatReroute: (net, skb, hook) => atDefault(net, 'net.ipv4.vs.snat_reroute', () => PARTS.snatReroute(net, skb, hook)) } },
  { id: 'cache-bypass-never', says: 'cache_bypass changes nothing.', parts: { ...PARTS, bypasses: () => false } },
];
