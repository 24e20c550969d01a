import type { Match } from '../../spec/config/rules.ts';
import type { SchedulerName } from '../../spec/config/services.ts';
import { countActive } from '../../spec/ipvs/conn.ts';
import { leastLoaded } from '../../spec/ipvs/sched/least-loaded.ts';
import { isUsable } from '../../spec/ipvs/sched/usable.ts';
import type { Kernel } from '../../spec/kernel.ts';
import type { LoadedMatch } from '../../spec/netfilter/types.ts';
import { PARTS } from '../../spec/parts.ts';
import type { Skb } from '../../spec/skb.ts';
import type { IpvsProtocol, Net, Parts } from '../../spec/state.ts';
import { CHANGES, type ChangeId } from '../../spec/tables/changes.ts';
import type {
  ConntrackTcpEvent,
  ConntrackTcpNext,
  ConntrackTcpState,
  ConntrackTcpTimeout,
} from '../../spec/tables/conntrack-tcp.ts';
import type { IpvsTcpDirection, IpvsTcpEvent, IpvsTcpState } from '../../spec/tables/ipvs-tcp.ts';
import { modTimer } from '../../spec/timers.ts';
import {
  PROTOCOL_ICMP,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  setWord,
  word,
} from '../../spec/wire/ipv4.ts';
import { setSctpChecksum } from '../../spec/wire/sctp.ts';
import { FIN, RST } from '../../spec/wire/tcp.ts';
import { BROKEN_DELETIONS } from './broken-deletions.ts';
import { atDefault, type BrokenDirector } from './broken-director.ts';
import { BROKEN_FTP } from './broken-ftp.ts';
import { BROKEN_NFT } from './broken-nft.ts';
import { BROKEN_OTHER_PROTOCOLS } from './broken-other-protocols.ts';
import { BROKEN_OWN } from './broken-own.ts';
import { BROKEN_ROUTING } from './broken-routing.ts';
import { BROKEN_SCTP } from './broken-sctp.ts';
import { station } from './broken-station.ts';
import { BROKEN_TUNNELS } from './broken-tunnels.ts';
import { ModelDirector } from './model.ts';

/** One wrong cell of IPVS's state table. */
function ipvsCell(at: IpvsTcpDirection, event: IpvsTcpEvent, from: IpvsTcpState, to: IpvsTcpState): Parts {
  const table = PARTS.ipvsTcpTable;
  const row = { ...table[at][event], [from]: to };
  return { ...PARTS, ipvsTcpTable: { ...table, [at]: { ...table[at], [event]: row } } };
}

function ipvsState(state: IpvsTcpState, wrong: Partial<Parts['ipvsTcpStates'][IpvsTcpState]>): Parts {
  const states = PARTS.ipvsTcpStates;
  return { ...PARTS, ipvsTcpStates: { ...states, [state]: { ...states[state], ...wrong } } };
}

/** One wrong cell of conntrack's state table, for packets in the original or in the reply direction. */
function conntrackCell(
  direction: 0 | 1,
  event: ConntrackTcpEvent,
  from: ConntrackTcpState,
  to: ConntrackTcpNext,
): Parts {
  const table = PARTS.conntrackTcpTable;
  const wrong = { ...table[direction], [event]: { ...table[direction][event], [from]: to } };
  return { ...PARTS, conntrackTcpTable: direction === 0 ? [wrong, table[1]] : [table[0], wrong] };
}

function conntrackTimeout(name: ConntrackTcpTimeout, seconds: number): Parts {
  const timeouts = PARTS.conntrackTcpTimeouts;
  return { ...PARTS, conntrackTcpTimeouts: { ...timeouts, [name]: { ...timeouts[name], seconds } } };
}

/** A protocol of which IPVS believes something else. */
function ipvsProtocol(number: number, wrong: (right: IpvsProtocol) => Partial<IpvsProtocol>): Parts {
  const right = PARTS.ipvsProtocols[number]!;
  return { ...PARTS, ipvsProtocols: { ...PARTS.ipvsProtocols, [number]: { ...right, ...wrong(right) } } };
}

type Tracker = Parts['conntrackProtocols'][number];

/** A protocol's tracker that does something else. */
function tracker(protocol: number, wrong: (right: Tracker) => Tracker): Parts {
  const right = PARTS.conntrackProtocols;
  return { ...PARTS, conntrackProtocols: { ...right, [protocol]: wrong(right[protocol]!) } };
}

type Spoil = (...args: Parameters<Tracker>) => void;

function udpTracker(before: Spoil = () => {}, after: Spoil = () => {}): Parts {
  return tracker(PROTOCOL_UDP, (right) => (net, tracked) => {
    before(net, tracked);
    const verdict = right(net, tracked);
    after(net, tracked);
    return verdict;
  });
}

const CONNTRACK = 'net.ipv4.vs.conntrack';

/** IPVS handles a packet rightly, and then something happens to the packet. */
function afterOut(spoil: (net: Net, skb: Skb, before: Skb) => void): Parts {
  return station('ip_vs_out_hook', (right) => (net, skb, hook) => {
    const before = { ...skb };
    const verdict = right(net, skb, hook);
    if (skb.ipvsProperty && !before.ipvsProperty) spoil(net, skb, before);
    return verdict;
  });
}

type Defrag = Parts['ipDefrag'];

/** Fragments are put together otherwise. */
function defrag(wrong: (right: Defrag) => Defrag): Parts {
  return { ...PARTS, ipDefrag: wrong(PARTS.ipDefrag) };
}

/** The packet is put together rightly, and then something happens to it. */
function afterDefrag(spoil: (skb: Skb) => void): Parts {
  return defrag((right) => (net, skb, user) => {
    const whole = right(net, skb, user);
    if (whole) spoil(skb);
    return whole;
  });
}

/** A fragment is taken for another. */
function beforeDefrag(spoil: (header: Skb['header']) => Partial<Skb['header']>): Parts {
  return defrag((right) => (net, skb, user) => {
    skb.header = { ...skb.header, ...spoil(skb.header) };
    return right(net, skb, user);
  });
}

type Schedule = Parts['schedulers'][SchedulerName]['schedule'];

/** A scheduler that chooses otherwise; `right` is what it should have chosen. */
function scheduler(name: SchedulerName, wrong: (right: Schedule) => Schedule): Parts {
  const right = PARTS.schedulers[name];
  return {
    ...PARTS,
    schedulers: { ...PARTS.schedulers, [name]: { ...right, schedule: wrong(right.schedule) } },
  };
}

/** A scheduler whose timer never runs. */
function neverChecked(name: 'lblc' | 'lblcr'): Parts['schedulers'][SchedulerName] {
  const right = PARTS.schedulers[name];
  return { ...right, init: (service, net) => right.init(service, { ...net, timers: new Set() }) };
}

type UniqueTuple = Parts['natUniqueTuple'];

/** NAT that chooses from another range, or knowing less. */
function natFrom(wrong: (...args: Parameters<UniqueTuple>) => ReturnType<UniqueTuple>): Parts {
  return { ...PARTS, natUniqueTuple: wrong };
}

/** NAT translates a packet rightly, and then something happens to the packet. */
function afterNat(spoil: (skb: Skb, before: Skb) => void): Parts {
  return {
    ...PARTS,
    natPacket: (skb, manip) => {
      const before = { ...skb };
      const done = PARTS.natPacket(skb, manip);
      spoil(skb, before);
      return done;
    },
  };
}

function withWord(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  setWord(copy, at, value);
  return copy;
}

function flagsOf(skb: Skb): number {
  return skb.payload[13] ?? 0;
}

/** Every rule is read as if one of its matches said something else. */
function withMatches(wrong: (match: Match) => Match): Parts {
  return {
    ...PARTS,
    ruleMatches: (net, rule, skb, devices) => {
      const matches = rule.matches.map(({ match, state }) => {
        const changed = wrong(match);
        return { kind: changed.kind, match: changed, state } as LoadedMatch;
      });
      return PARTS.ruleMatches(net, { ...rule, matches }, skb, devices);
    },
  };
}

/** Takes its kernel for one on the other side of a change. */
function mistakenAbout({
  id,
  says,
}: (typeof CHANGES)[number]): BrokenDirector & { readonly mistakes: ChangeId } {
  return {
    id: `kernel-${id}`,
    says: `Takes its kernel for one on the other side of a change: ${says}`,
    parts: PARTS,
    mistakes: id,
  };
}

/** For each change, a director on its wrong side; a scenario in suites/scenarios/kernels tells it. */
export const MISTAKEN_DIRECTORS = CHANGES.map(mistakenAbout);

/** Changes that scenarios meet by chance, often enough for a run to notice. */
const OFTEN_MET: ReadonlySet<ChangeId> = new Set<ChangeId>([
  'icmp-checksum-for-masq-only',
  'icmp-quoted-fragment-ignored',
  'conntrack-syn-starts-anew',
  'conntrack-late-is-not-invalid',
]);

// biome-ignore format: a table is read row by row
export const BROKEN_DIRECTORS: readonly BrokenDirector[] = [
  { id: 'ipvs-client-fin-waits', says: "A client's FIN on an ESTABLISHED masqueraded connection leads to FIN_WAIT instead of CLOSE_WAIT.", parts: ipvsCell('INPUT', 'fin', 'ESTABLISHED', 'FIN_WAIT') },
  { id: 'ipvs-server-fin-lost', says: "A real server's FIN leaves the connection ESTABLISHED.", parts: ipvsCell('OUTPUT', 'fin', 'ESTABLISHED', 'ESTABLISHED') },
  { id: 'ipvs-syn-recv-reset', says: "A client's RST in SYN_RECV closes the connection.", parts: ipvsCell('INPUT', 'rst', 'SYN_RECV', 'CLOSE') },
  { id: 'ipvs-input-only-forgotten', says: 'One-sided connections follow the table of two-sided ones.', parts: { ...PARTS, ipvsTcpTable: { ...PARTS.ipvsTcpTable, INPUT_ONLY: PARTS.ipvsTcpTable.INPUT } } },
  { id: 'ipvs-secure-unused', says: 'secure_tcp changes nothing.', parts: { ...PARTS, ipvsTcpTableSecure: PARTS.ipvsTcpTable } },
  { id: 'ipvs-secure-acks-open', says: "Under secure_tcp a client's ACK opens a connection whose real server has not answered.", parts: { ...PARTS, ipvsTcpTableSecure: { ...PARTS.ipvsTcpTableSecure, INPUT: { ...PARTS.ipvsTcpTableSecure.INPUT, ack: { ...PARTS.ipvsTcpTableSecure.INPUT.ack, SYNACK: 'ESTABLISHED' } } } } },
  { id: 'ipvs-fin-wait-short', says: 'FIN_WAIT lasts 60 s instead of 120 s.', parts: ipvsState('FIN_WAIT', { timeoutSeconds: 60 }) },
  { id: 'ipvs-established-long', says: 'ESTABLISHED lasts 901 s instead of 900 s.', parts: ipvsState('ESTABLISHED', { timeoutSeconds: 901 }) },
  { id: 'ipvs-close-counts-active', says: 'A connection in CLOSE still counts as ActiveConn.', parts: ipvsState('CLOSE', { active: true }) },
  { id: 'ipvs-exact-timers', says: 'Connections end exactly when their time is up, not at the end of the timer wheel\'s slot.', parts: { ...PARTS, wheel: (_now, expires) => expires } },
  { id: 'ipvs-leaks-on-expiry', says: 'An expired connection stays in InActConn.', parts: { ...PARTS, connectionExpired: (net, cp) => { PARTS.connectionExpired(net, cp); cp.dest.totalConns += 1; } } },
  { id: 'ipvs-keeps-conntrack', says: 'With vs/conntrack=1 the conntrack entry outlives its expired connection.', parts: { ...PARTS, connectionExpired: (net, cp) => { cp.nfct = false; PARTS.connectionExpired(net, cp); } } },
  { id: 'ipvs-reply-ttl', says: 'A translated reply loses one hop too many.', parts: afterOut((_net, skb) => { skb.header = { ...skb.header, ttl: Math.max(1, skb.header.ttl - 1) }; }) },
  { id: 'ipvs-reply-checksum', says: 'The TCP checksum of a translated reply is not updated.', parts: afterOut((_net, skb, before) => { skb.payload = skb.payload.slice(); setWord(skb.payload, 16, word(before.payload, 16)); }) },
  { id: 'ipvs-reset-untranslated', says: "A real server's RST leaves with the real server's address.", parts: station('ip_vs_out_hook', (right) => (net, skb, hook) => ((flagsOf(skb) & RST) !== 0 ? 'NF_ACCEPT' : right(net, skb, hook))) },
  { id: 'ipvs-fin-eaten', says: "Clients' FINs never reach the real server.", parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { const fin = (flagsOf(skb) & FIN) !== 0; return fin && hook === 'NF_INET_LOCAL_IN' ? 'NF_DROP' : right(net, skb, hook); }) },
  { id: 'ipvs-replies-tracked', says: 'With vs/conntrack=0 replies keep their conntrack entry.', parts: afterOut((_net, skb, before) => { skb.ct = before.ct; skb.untracked = before.untracked; }) },
  { id: 'ipvs-always-tracked', says: 'vs/conntrack is taken for 1.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { const set = net.changedSysctls.get(CONNTRACK); net.changedSysctls.set(CONNTRACK, 1); const verdict = right(net, skb, hook); if (set === undefined) net.changedSysctls.delete(CONNTRACK); else net.changedSysctls.set(CONNTRACK, set); return verdict; }) },
  { id: 'udp-short', says: 'A UDP connection lives 299 s instead of 300 s.', parts: ipvsProtocol(PROTOCOL_UDP, (right) => ({ transition: (net, cp, direction, skb) => { right.transition(net, cp, direction, skb); if (net.ipvs.timeouts.UDP === 300) cp.timeout -= net.kernel.hz; } })) },
  { id: 'udp-set-ignored', says: 'What --set says of UDP changes nothing.', parts: ipvsProtocol(PROTOCOL_UDP, (right) => ({ transition: (net, cp, direction, skb) => { right.transition(net, cp, direction, skb); cp.timeout = 300 * net.kernel.hz; } })) },
  { id: 'udp-active', says: 'A UDP connection counts as ActiveConn.', parts: ipvsProtocol(PROTOCOL_UDP, (right) => ({ transition: (net, cp, direction, skb) => { right.transition(net, cp, direction, skb); countActive(cp, true); } })) },
  { id: 'udp-unsummed-kept', says: 'A datagram without checksum is translated without one.', parts: ipvsProtocol(PROTOCOL_UDP, (right) => ({ rewrite: (skb, end, from, to) => { const bytes = right.rewrite(skb, end, from, to); if (word(skb.payload, 6) === 0) setWord(bytes, 6, 0); return bytes; } })) },
  { id: 'udp-sum-renewed', says: 'A translated datagram gets a right checksum, whatever it had.', parts: ipvsProtocol(PROTOCOL_UDP, (right) => ({ rewrite: (skb, end, from, to) => { const payload = skb.payload.slice(); setWord(payload, 6, 0); return right.rewrite({ ...skb, payload }, end, from, to); } })) },
  { id: 'udp-template-assured-early', says: "A client's datagram is enough to assure its template.", parts: ipvsProtocol(PROTOCOL_UDP, (right) => ({ transition: (net, cp, _direction, skb) => right.transition(net, cp, 'OUTPUT', skb) })) },
  { id: 'one-packet-leaks', says: 'Connections for one packet stay in InActConn.', parts: { ...PARTS, connectionExpired: (net, cp) => { PARTS.connectionExpired(net, cp); if (cp.onePacket) cp.dest.totalConns += 1; } } },
  { id: 'one-packet-ignored', says: 'A one-packet service keeps its connections like any other.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { for (const service of net.ipvs.services) service.onePacket = false; return right(net, skb, hook); }) },
  { id: 'sctp-always-summed', says: 'An SCTP packet gets a new checksum even where its port stays.', parts: ipvsProtocol(PROTOCOL_SCTP, (right) => ({ rewrite: (skb, end, from, to) => { const bytes = right.rewrite(skb, end, from, to).slice(); setSctpChecksum(bytes); return bytes; } })) },
  { id: 'sctp-never-summed', says: 'The checksum of a translated SCTP packet stays.', parts: ipvsProtocol(PROTOCOL_SCTP, (right) => ({ rewrite: (skb, end, from, to) => { const bytes = right.rewrite(skb, end, from, to).slice(); bytes.set(skb.payload.subarray(8, 12), 8); return bytes; } })) },
  { id: 'sctp-active-early', says: 'An association is active from its first packet on.', parts: ipvsProtocol(PROTOCOL_SCTP, (right) => ({ transition: (net, cp, direction, skb) => { right.transition(net, cp, direction, skb); countActive(cp, true); } })) },
  { id: 'sctp-abort-behind-cookie', says: 'An ABORT behind a COOKIE_ECHO goes unseen.', parts: ipvsProtocol(PROTOCOL_SCTP, (right) => ({ transition: (net, cp, direction, skb) => right.transition(net, cp, direction, { ...skb, payload: skb.payload.subarray(0, 24) }) })) },
  { id: 'sctp-data-begins', says: 'Any chunk begins an association.', parts: ipvsProtocol(PROTOCOL_SCTP, () => ({ mayBegin: () => true })) },
  { id: 'fwmark-after-address', says: 'A service by address is looked for before one by mark.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { const { mark } = skb; if (net.ipvs.services.some(({ key }) => key.protocol !== 'fwm' && key.address === skb.header.destination && key.port === word(skb.payload, 2))) skb.mark = 0; const verdict = right(net, skb, hook); skb.mark = mark; return verdict; }) },
  { id: 'fwmark-tcp-only', says: 'A service by mark takes no datagrams.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { const { mark } = skb; if (skb.header.protocol === PROTOCOL_UDP) skb.mark = 0; const verdict = right(net, skb, hook); skb.mark = mark; return verdict; }) },
  { id: 'fwmark-low-bits', says: 'Of a mark its low byte alone names the service.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => { const { mark } = skb; skb.mark &= 0xff; const verdict = right(net, skb, hook); skb.mark = mark; return verdict; }) },
  { id: 'fwmark-template-by-address', says: 'A persistent service by mark remembers clients by the address that they called.', parts: { ...PARTS, schedulePersistent: (net, service, packet, pick) => PARTS.schedulePersistent(net, service.key.protocol === 'fwm' ? { ...service, key: { protocol: 'tcp', address: packet.destination, port: 0 } } : service, packet, pick) } },
  { id: 'drop-packet-never', says: 'drop_packet drops nothing.', parts: { ...PARTS, toDrop: () => false } },
  { id: 'drop-packet-tenth-only', says: 'The first packet to be dropped is the tenth one.', parts: { ...PARTS, toDrop: (net) => { if (net.ipvs.dropCounter === 0) net.ipvs.dropCounter = 10; return PARTS.toDrop(net); } } },
  { id: 'drop-packet-always-tenth', says: 'One of ten packets is dropped, whatever am_droprate says.', parts: { ...PARTS, toDrop: (net) => atDefault(net, 'net.ipv4.vs.am_droprate', () => PARTS.toDrop(net)) } },
  { id: 'tunneled-never-ignored', says: 'ignore_tunneled changes nothing.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => net.parts.ipvsProtocols[skb.header.protocol] ? right(net, skb, hook) : atDefault(net, 'net.ipv4.vs.ignore_tunneled', () => right(net, skb, hook))) },
  { id: 'sched-rr-restarts', says: 'rr begins at the top of the list for every connection.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, rr: { ...PARTS.schedulers.rr, schedule: (_net, { dests }) => dests.find(({ weight }) => weight > 0) } } } },
  { id: 'sched-wlc-ignores-weight', says: 'wlc takes all weights for equal.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, wlc: PARTS.schedulers.lc } } },
  { id: 'sched-quiesced-chosen', says: 'lc gives new connections to dests of weight 0 as well.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, lc: { ...PARTS.schedulers.lc, schedule: (net, service, packet) => PARTS.schedulers.lc.schedule(net, service, packet) ?? service.dests[0] } } } },
  { id: 'sched-sed-forgets-itself', says: 'sed does not count the connection that it is about to give.', parts: scheduler('sed', () => (_net, { dests }) => leastLoaded(dests.filter(isUsable), ({ activeConns }) => activeConns)) },
  { id: 'sched-nq-never-idle', says: 'nq does not prefer idle dests.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, nq: PARTS.schedulers.sed } } },
  { id: 'sched-fo-last-of-equals', says: 'fo takes the last of equally heavy dests.', parts: scheduler('fo', (right) => (net, service, packet) => right(net, { ...service, dests: service.dests.toReversed() }, packet)) },
  { id: 'sched-ovf-full-at-weight', says: 'ovf leaves a dest when its active connections reach its weight.', parts: scheduler('ovf', (right) => (net, service, packet) => right(net, { ...service, dests: service.dests.filter(({ activeConns, weight }) => activeConns < weight) }, packet)) },
  { id: 'sched-sh-ignores-port', says: 'sh takes no notice of sh-port.', parts: scheduler('sh', (right) => (net, service, packet) => right(net, service, { ...packet, sourcePort: 0 })) },
  { id: 'sched-sh-falls-back-next', says: 'sh-fallback goes on from the bucket itself, not from twice its number.', parts: scheduler('sh', (right) => (net, service, packet) => right(net, { ...service, schedFlags: [] }, packet) ?? (service.schedFlags.includes('sh-fallback') ? service.dests.find(isUsable) : undefined)) },
  { id: 'sched-mh-hashes-vip', says: "mh hashes the virtual address in the place of the client's.", parts: scheduler('mh', (right) => (net, service, packet) => right(net, service, { ...packet, source: packet.destination })) },
  { id: 'sched-mh-current-weight', says: 'mh gives the slots of a resting dest to the others.', parts: scheduler('mh', (right) => (net, service, packet) => { const working = service.dests.filter(({ weight }) => weight > 0); return right(net, { ...service, schedData: undefined, dests: working }, packet); }) },
  { id: 'sched-lblc-forgets', says: 'lblc asks for the least busy dest each time.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, lblc: PARTS.schedulers.wlc } } },
  { id: 'sched-twos-quiesced-chosen', says: 'twos gives new connections to dests of weight 0 as well.', parts: scheduler('twos', () => (_net, { dests }) => dests.find(({ overloaded }) => !overloaded)) },
  { id: 'sched-twos-over-threshold', says: 'twos takes no notice of thresholds.', parts: scheduler('twos', () => (_net, { dests }) => dests.find(({ weight }) => weight > 0)) },
  { id: 'sched-locality-for-good', says: 'lblc and lblcr forget no address.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, lblc: neverChecked('lblc'), lblcr: neverChecked('lblcr') } } },
  { id: 'sched-lblcr-one-dest', says: 'lblcr keeps one dest for each address, as lblc does.', parts: { ...PARTS, schedulers: { ...PARTS.schedulers, lblcr: PARTS.schedulers.lblc } } },
  { id: 'threshold-one-more', says: 'A dest takes one connection more than its upper threshold.', parts: { ...PARTS, updateOverload: (net, dest, why) => { if (why !== 'bind') PARTS.updateOverload(net, dest, why); else if (dest.upperThreshold > 0 && dest.totalConns > dest.upperThreshold) dest.overloaded = true; } } },
  { id: 'threshold-edit-unseen', says: 'An edit of thresholds decides nothing.', parts: { ...PARTS, updateOverload: (net, dest, why) => { if (why !== 'edit') PARTS.updateOverload(net, dest, why); } } },
  { id: 'threshold-no-hysteresis', says: 'A full dest takes connections again as soon as it has fewer than its upper threshold.', parts: { ...PARTS, updateOverload: (net, dest, why) => { PARTS.updateOverload(net, dest, why); if (why === 'unbind') dest.overloaded = dest.upperThreshold > 0 && dest.totalConns >= dest.upperThreshold; } } },
  { id: 'persistence-forgotten', says: 'Every connection of a persistent service asks the scheduler.', parts: { ...PARTS, checkTemplate: () => false } },
  { id: 'persistence-whole-address', says: 'The netmask of a persistent service is ignored.', parts: { ...PARTS, schedulePersistent: (net, service, packet, pick) => PARTS.schedulePersistent(net, { ...service, persistence: { ...service.persistence!, netmask: 0xffffffff } }, packet, pick) } },
  { id: 'persistence-not-renewed', says: 'A new connection does not renew its template.', parts: { ...PARTS, schedulePersistent: (net, service, packet, pick) => { const before = new Map(net.ipvs.connections.map((cp) => [cp, cp.timer.expires])); const cp = PARTS.schedulePersistent(net, service, packet, pick); const expires = cp?.control && before.get(cp.control); if (cp?.control && expires !== undefined) modTimer(net, cp.control.timer, expires); return cp; } } },
  { id: 'persistence-rest-obeyed', says: 'A template whose dest rests is given up without expire_quiescent_template.', parts: { ...PARTS, checkTemplate: (net, template) => PARTS.checkTemplate(net, template) && template.dest.weight > 0 } },
  { id: 'persistence-rest-ignored', says: 'expire_quiescent_template changes nothing.', parts: { ...PARTS, checkTemplate: (net, template) => template.dest.available || PARTS.checkTemplate(net, template) } },
  { id: 'persistence-template-first', says: 'A template ends when its time is up, whatever it controls.', parts: { ...PARTS, connectionExpired: (net, cp) => { if (cp.template) cp.controls = 0; PARTS.connectionExpired(net, cp); } } },
  { id: 'persistence-never-assured', says: 'A template is never assured.', parts: { ...PARTS, schedulePersistent: (net, service, packet, pick) => { const cp = PARTS.schedulePersistent(net, service, packet, pick); if (cp?.control) Object.defineProperty(cp.control, 'assured', { get: () => false, set: () => {} }); return cp; } } },
  { id: 'conntrack-fin-ignored', says: 'A FIN in the original direction leaves an entry ESTABLISHED.', parts: conntrackCell(0, 'fin', 'ESTABLISHED', 'ESTABLISHED') },
  { id: 'conntrack-ack-opens', says: 'An ACK in SYN_SENT opens the connection instead of being INVALID.', parts: conntrackCell(0, 'ack', 'SYN_SENT', 'ESTABLISHED') },
  { id: 'conntrack-close-wait-long', says: 'CLOSE_WAIT lasts 120 s instead of 60 s.', parts: conntrackTimeout('CLOSE_WAIT', 120) },
  { id: 'conntrack-unack-uncapped', says: 'Unacknowledged data does not shorten the life of an ESTABLISHED entry.', parts: conntrackTimeout('UNACK', 432_000) },
  { id: 'conntrack-udp-stream-early', says: 'A UDP conversation is a stream from its third packet on, however soon it comes.', parts: udpTracker((net, { entry }) => { if (entry.confirmed) entry.udp.streamTs = net.jiffies - 1; }) },
  { id: 'conntrack-udp-never-assured', says: 'A UDP stream never gets ASSURED.', parts: udpTracker(undefined, (_net, { entry }) => { entry.assured = false; }) },
  { id: 'conntrack-icmp-unasked', says: 'An echo reply begins an entry as a request does.', parts: tracker(PROTOCOL_ICMP, (right) => (net, tracked) => { const verdict = right(net, tracked); if (verdict === 'INVALID') tracked.entry.timeout = 30 * net.kernel.hz; return 'ACCEPT'; }) },
  { id: 'fragments-keep-df', says: 'Fragments still say that they must not be cut.', parts: { ...PARTS, fragment: (net, skb, mtu) => PARTS.fragment(net, skb, mtu).map((piece) => ({ ...piece, header: { ...piece.header, dontFragment: true } })) } },
  { id: 'fragments-too-small', says: 'Fragments are eight bytes smaller than they could be.', parts: { ...PARTS, fragment: (net, skb, mtu) => PARTS.fragment(net, skb, mtu - 8) } },
  { id: 'fragments-last-goes-on', says: 'The last fragment says that more follow.', parts: { ...PARTS, fragment: (net, skb, mtu) => PARTS.fragment(net, skb, mtu).map((piece) => ({ ...piece, header: { ...piece.header, moreFragments: true } })) } },
  { id: 'source-filter-off', says: 'rp_filter lets everything in.', parts: { ...PARTS, validateSource: (net, header, through) => atDefault(net, 'rp_filter', () => PARTS.validateSource(net, header, through)) } },
  { id: 'source-filter-strict', says: 'rp_filter 2 is as strict as 1.', parts: { ...PARTS, validateSource: (net, header, through) => PARTS.validateSource({ ...net, changedSysctls: new Map([...net.changedSysctls].map(([name, value]) => [name, name.endsWith('rp_filter') ? Math.min(1, value) : value])) }, header, through) } },
  { id: 'source-local-never', says: 'A packet from an address of the director is never let in.', parts: { ...PARTS, validateSource: (net, header, through) => atDefault(net, 'accept_local', () => PARTS.validateSource(net, header, through)) } },
  { id: 'source-device-ignored', says: 'Only what is set for all devices counts, not what is set for one.', parts: { ...PARTS, validateSource: (net, header, through) => PARTS.validateSource({ ...net, changedSysctls: new Map([...net.changedSysctls].filter(([name]) => !name.includes('conf.eth'))) }, header, through) } },
  { id: 'redirect-always', says: 'Neighbours are told of shorter ways with every packet.', parts: { ...PARTS, sendRedirect: (net, skb) => { net.peers.clear(); PARTS.sendRedirect(net, skb); } } },
  { id: 'redirect-never', says: 'Nobody is told of shorter ways.', parts: { ...PARTS, sendRedirect: () => {} } },
  { id: 'defrag-any-id', says: 'Fragments of different packets are put together.', parts: beforeDefrag(() => ({ id: 0 })) },
  { id: 'defrag-any-protocol', says: 'Fragments are taken for TCP, whatever they are of.', parts: beforeDefrag(() => ({ protocol: 6 })) },
  { id: 'defrag-one-queue', says: 'Whoever puts fragments together finds those of all others.', parts: defrag((right) => (net, skb) => right(net, skb, 'LOCAL_DELIVER')) },
  { id: 'defrag-congestion-lost', says: 'ECN bits of later fragments are ignored.', parts: beforeDefrag(({ tos, fragmentOffset }) => ({ tos: fragmentOffset === 0 ? tos : tos & ~3 })) },
  { id: 'defrag-df-kept', says: 'A packet that was put together always says DF.', parts: beforeDefrag(() => ({ dontFragment: true })) },
  { id: 'defrag-df-lost', says: 'A packet that was put together may always be cut.', parts: beforeDefrag(() => ({ dontFragment: false })) },
  { id: 'defrag-size-forgotten', says: 'A packet that came in fragments leaves whole if it fits.', parts: afterDefrag((skb) => { skb.reassembled = undefined; }) },
  { id: 'defrag-shape-forgotten', says: 'Fragments leave as large as the largest that came, wherever they were cut.', parts: afterDefrag((skb) => { if (skb.reassembled) skb.reassembled = { ...skb.reassembled, buffers: undefined }; }) },
  { id: 'defrag-overlap-taken', says: 'Of fragments that overlap the first to come is kept.', parts: defrag((right) => (net, skb, user) => { const before = new Map(net.fragments.queues); const kept = new Map([...before].map(([key, { fragments }]) => [key, fragments.length])); const whole = right(net, skb, user); for (const [key, queue] of before) if (!whole && !net.fragments.queues.has(key) && kept.get(key) === queue.fragments.length) net.fragments.queues.set(key, queue); return whole; }) },
  { id: 'defrag-duplicate-kills', says: 'A fragment that comes twice spoils its packet.', parts: defrag((right) => (net, skb, user) => { const { id, fragmentOffset } = skb.header; for (const queue of net.fragments.queues.values()) if (queue.fragments.some((one) => one.skb.header.id === id && one.offset === fragmentOffset * 8)) net.fragments.queues.delete(queue.key); return right(net, skb, user); }) },
  { id: 'defrag-silent', says: 'Nobody is told when fragments do not all come in time.', parts: { ...PARTS, fragmentsExpired: (net, queue) => { queue.firstIn = false; PARTS.fragmentsExpired(net, queue); } } },
  { id: 'defrag-router-speaks', says: 'Also about what it merely forwards does conntrack tell when fragments do not come in time.', parts: { ...PARTS, fragmentsExpired: (net, queue) => PARTS.fragmentsExpired(net, { ...queue, user: 'LOCAL_DELIVER' }) } },
  { id: 'defrag-patient', says: 'Fragments wait twice as long for the others.', parts: { ...PARTS, fragmentsExpired: (net, queue) => { if (queue.seen === -1) return PARTS.fragmentsExpired(net, queue); queue.seen = -1; modTimer(net, queue.timer, net.jiffies + 30 * net.kernel.hz); } } },
  { id: 'defrag-tracked-late', says: 'Conntrack sees fragments, not what they make up.', parts: station('ipv4_conntrack_defrag', () => () => 'NF_ACCEPT') },
  { id: 'rules-fragments-first', says: '-f asks for the first fragment too.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => PARTS.ruleMatches(net, rule, rule.fragment && skb.header.moreFragments ? { ...skb, header: { ...skb.header, fragmentOffset: Math.max(1, skb.header.fragmentOffset) } } : skb, devices) } },
  { id: 'rules-fragments-unseen', says: '-f is ignored.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => PARTS.ruleMatches(net, { ...rule, fragment: undefined }, skb, devices) } },
  { id: 'rules-no-hotdrop', says: 'A rule that cannot make sense of a packet merely does not match.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => { const matches = PARTS.ruleMatches(net, rule, skb, devices); skb.hotdrop = false; return matches; } } },
  { id: 'icmp-in-lost', says: "Clients' ICMP errors about connections are left to the director itself.", parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => (skb.header.protocol === PROTOCOL_ICMP ? 'NF_ACCEPT' : right(net, skb, hook))) },
  { id: 'icmp-out-exposed', says: "An ICMP error about a real server leaves with the real server's port quoted.", parts: afterOut((_net, skb, before) => { if (skb.header.protocol === PROTOCOL_ICMP && before.payload.length >= 32) { skb.payload = skb.payload.slice(); setWord(skb.payload, 30, word(before.payload, 30)); } }) },
  { id: 'icmp-out-router-shown', says: "A router's ICMP error keeps the router's address.", parts: afterOut((_net, skb, before) => { if (skb.header.protocol === PROTOCOL_ICMP) skb.header = { ...skb.header, source: before.header.source }; }) },
  { id: 'conntrack-error-anywhere', says: 'An ICMP error is RELATED whomever it is sent to.', parts: station('ipv4_conntrack_in', (right) => (net, skb, hook) => { const verdict = right(net, skb, hook); const entry = skb.header.protocol === PROTOCOL_ICMP && !skb.ct && (skb.payload[0] === 11 || skb.payload[0] === 3) ? net.conntrack.entries[0] : undefined; if (entry) skb.ct = { entry, info: 'RELATED' }; return verdict; }) },
  { id: 'conntrack-any-flags', says: 'Every set of flags is taken for one that a TCP sends.', parts: { ...PARTS, conntrackTcpValidFlags: new Set(Array.from({ length: 64 }, (_, flags) => flags)) } },
  { id: 'mangle-marks-late', says: 'Marks of PREROUTING are set after the routing decision only.', parts: station('iptable_mangle_hook', (right) => (net, skb, hook) => { const { mark } = skb; const verdict = right(net, skb, hook); if (hook === 'NF_INET_PRE_ROUTING') skb.mark = mark; return verdict; }) },
  { id: 'mangle-low-marks', says: 'Only the low byte of a mark is kept.', parts: station('iptable_mangle_hook', (right) => (net, skb, hook) => { const verdict = right(net, skb, hook); skb.mark &= 0xff; return verdict; }) },
  { id: 'mangle-no-reroute', says: 'A packet that is marked in OUTPUT keeps the route that it had.', parts: station('iptable_mangle_hook', (right) => (net, skb, hook) => { const { outDevice, nextHop, way, toLocal } = skb; const verdict = right(net, skb, hook); Object.assign(skb, { outDevice, nextHop, way, toLocal }); return verdict; }) },
  { id: 'mangle-after-filter', says: 'In LOCAL_IN mangle comes after filter.', parts: { ...PARTS, hookRows: PARTS.hookRows.map((row) => (row.hook === 'NF_INET_LOCAL_IN' && row.station === 'iptable_mangle_hook' ? { ...row, priority: 1 } : row)) } },
  { id: 'connmark-lost-on-confirm', says: 'A new entry forgets its mark when it enters the table.', parts: station('ipv4_confirm', (right) => (net, skb, hook) => { if (skb.ct && !skb.ct.entry.confirmed) skb.ct.entry.mark = 0; return right(net, skb, hook); }) },
  { id: 'raw-notrack-ignored', says: 'CT --notrack does nothing.', parts: station('iptable_raw_hook', (right) => (net, skb, hook) => { const { untracked } = skb; const verdict = right(net, skb, hook); skb.untracked = untracked; return verdict; }) },
  { id: 'raw-after-conntrack', says: 'The raw table comes after connection tracking.', parts: { ...PARTS, hookRows: PARTS.hookRows.map((row) => (row.station === 'iptable_raw_hook' ? { ...row, priority: -199 } : row)) } },
  { id: 'match-ctdir-ignored', says: '--ctdir holds for every packet of a connection.', parts: withMatches((match) => (match.kind === 'conntrack' && match.asks ? { ...match, asks: match.asks.filter(({ on }) => on !== 'dir') } : match)) },
  { id: 'match-reply-tuple', says: '--ctreplsrc looks at the destination of the original tuple.', parts: withMatches((match) => (match.kind === 'conntrack' && match.asks ? { ...match, asks: match.asks.map((ask) => (ask.on === 'replsrc' ? { ...ask, on: 'origdst' } : ask)) } : match)) },
  { id: 'match-asks-need-entry', says: 'A packet without an entry fails whatever -m conntrack asks besides its state.', parts: { ...PARTS, ruleMatches: (net, rule, skb, devices) => PARTS.ruleMatches(net, rule, skb, devices) && (skb.ct !== undefined || !rule.matches.some(({ kind, match }) => kind === 'conntrack' && match.asks)) } },
  { id: 'match-assured-early', says: '--ctstatus ASSURED holds as soon as a reply was seen.', parts: withMatches((match) => (match.kind === 'conntrack' && match.asks ? { ...match, asks: match.asks.map((ask) => (ask.on === 'status' ? { ...ask, statuses: ask.statuses.map((status) => (status === 'ASSURED' ? 'SEEN_REPLY' : status)) } : ask)) } : match)) },
  { id: 'match-length-of-payload', says: '-m length leaves the IP header out.', parts: withMatches((match) => (match.kind === 'length' ? { ...match, first: match.first + 20, last: match.last + 20 } : match)) },
  { id: 'match-ttl-or-less', says: '--ttl-lt holds for the TTL that it names.', parts: withMatches((match) => (match.kind === 'ttl' && match.test === 'lt' ? { ...match, ttl: match.ttl + 1 } : match)) },
  { id: 'match-iprange-open', says: 'A range of addresses does not hold its last one.', parts: withMatches((match) => (match.kind === 'iprange' && match.source ? { ...match, source: { ...match.source, last: match.source.last - 1 } } : match)) },
  { id: 'match-udp-ports-swapped', says: '-m udp takes the one port for the other.', parts: withMatches((match) => (match.kind === 'udp' ? { kind: 'udp', ...(match.sport && { dport: match.sport }), ...(match.dport && { sport: match.dport }) } : match)) },
  { id: 'match-icmp-any-code', says: '--icmp-type looks at no code.', parts: withMatches((match) => (match.kind === 'icmp' ? { ...match, first: 0, last: 255 } : match)) },
  { id: 'match-tos-unmasked', says: '--tos looks at all bits.', parts: withMatches((match) => (match.kind === 'tos' ? { ...match, mask: 0xff } : match)) },
  { id: 'match-dscp-shifted', says: '--dscp looks at the lower bits of the byte.', parts: withMatches((match) => (match.kind === 'dscp' ? { kind: 'tos', value: match.dscp, mask: 0x3f, inverted: match.inverted } : match)) },
  { id: 'match-mss-open', says: '--mss does not hold for the last of its range.', parts: withMatches((match) => (match.kind === 'tcpmss' ? { ...match, last: match.last - 1 } : match)) },
  { id: 'match-local-is-unicast', says: 'An address of the director is of type UNICAST too.', parts: withMatches((match) => (match.kind === 'addrtype' && match.destination?.types.includes('UNICAST') ? { ...match, destination: { ...match.destination, types: [...match.destination.types, 'LOCAL'] } } : match)) },
  { id: 'match-limit-burst', says: 'What -m limit saves up is one packet at most.', parts: withMatches((match) => (match.kind === 'limit' ? { ...match, burst: 1 } : match)) },
  { id: 'match-limit-slow', says: '-m limit lets one packet through in twice the time.', parts: withMatches((match) => (match.kind === 'limit' ? { ...match, packets: match.packets / 2 } : match)) },
  { id: 'target-tos-forgotten', says: 'TOS and DSCP change nothing in POSTROUTING.', parts: station('iptable_mangle_hook', (right) => (net, skb, hook) => { const { tos } = skb.header; const verdict = right(net, skb, hook); if (hook === 'NF_INET_POST_ROUTING') skb.header = { ...skb.header, tos }; return verdict; }) },
  { id: 'target-mss-unsummed', says: 'TCPMSS leaves the checksum as it was.', parts: station('iptable_mangle_hook', (right) => (net, skb, hook) => { const before = skb.payload; const verdict = right(net, skb, hook); if (skb.payload !== before) skb.payload = withWord(skb.payload, 16, word(before, 16)); return verdict; }) },
  { id: 'target-mss-never-added', says: 'TCPMSS changes the option where there is one, and adds none.', parts: station('iptable_mangle_hook', (right) => (net, skb, hook) => { const before = skb.payload; const verdict = right(net, skb, hook); if (skb.payload.length > before.length) skb.payload = before; return verdict; }) },
  { id: 'security-before-filter', says: 'Table security comes before filter.', parts: { ...PARTS, hookRows: PARTS.hookRows.map((row) => (row.station === 'iptable_security_hook' ? { ...row, priority: -1 } : row)) } },
  { id: 'match-ipvs-any', says: '-m ipvs --ipvs holds for packets that IPVS never saw.', parts: withMatches((match) => (match.kind === 'ipvs' && !match.asks ? { kind: 'mark', value: 0, mask: 0, inverted: match.inverted } : match)) },
  { id: 'match-ipvs-method', says: '--vmethod takes direct routing for masquerading.', parts: withMatches((match) => (match.kind === 'ipvs' && match.asks ? { ...match, asks: match.asks.map((ask) => (ask.on === 'vmethod' ? { ...ask, method: 'MASQ' as const } : ask)) } : match)) },
  { id: 'nat-quoted-untouched', says: 'NAT does not look into what an ICMP error quotes.', parts: { ...PARTS, natError: (skb, manip) => { const { payload } = skb; const done = PARTS.natError(skb, manip); skb.payload = payload; return done; } } },
  { id: 'nat-checksum-stays', says: 'NAT leaves the TCP checksum as it was.', parts: afterNat((skb, before) => { if (skb.header.protocol === PROTOCOL_TCP) skb.payload = withWord(skb.payload, 16, word(before.payload, 16)); }) },
  { id: 'nat-invents-udp-checksum', says: 'NAT gives a datagram that has no checksum one.', parts: afterNat((skb, before) => { if (skb.header.protocol === PROTOCOL_UDP && word(before.payload, 6) === 0) skb.payload = withWord(skb.payload, 6, 0xffff); }) },
  { id: 'nat-input-skipped', says: 'Table nat has no INPUT chain.', parts: { ...PARTS, hookRows: PARTS.hookRows.filter(({ station }) => station !== 'nf_nat_ipv4_local_in') } },
  { id: 'nat-output-not-rerouted', says: 'What gets another destination in OUTPUT keeps its way.', parts: station('nf_nat_ipv4_local_fn', () => PARTS.stations.nf_nat_ipv4_local_in.run) },
  { id: 'nat-after-ipvs', says: 'In PREROUTING and INPUT NAT comes too late for IPVS.', parts: { ...PARTS, hookRows: PARTS.hookRows.map((row) => (row.station === 'nf_nat_ipv4_pre_routing' ? { ...row, hook: 'NF_INET_LOCAL_IN', priority: 99.5 } : row)) } },
  { id: 'nat-ports-ignored', says: 'NAT looks at the addresses of a range only.', parts: natFrom((net, entry, { addresses }, manip) => PARTS.natUniqueTuple(net, entry, addresses ? { addresses } : {}, manip)) },
  { id: 'nat-pool-first', says: 'Of several addresses NAT takes the first.', parts: natFrom((net, entry, { addresses, ...rest }, manip) => PARTS.natUniqueTuple(net, entry, { ...rest, ...(addresses && { addresses: { ...addresses, last: addresses.first } }) }, manip)) },
  { id: 'nat-persistent-ignored', says: '--persistent changes nothing.', parts: natFrom((net, entry, { persistent: _, ...range }, manip) => PARTS.natUniqueTuple(net, entry, range, manip)) },
  { id: 'nat-answers-untranslated', says: 'Answers of translated connections keep the source that they have.', parts: station('nf_nat_ipv4_out', (right) => (net, skb, hook) => (skb.ct?.info.endsWith('_REPLY') ? 'NF_ACCEPT' : right(net, skb, hook))) },
  { id: 'nat-asks-again', says: 'Table nat decides anew about a connection that nobody has answered.', parts: station('nf_nat_ipv4_pre_routing', (right) => (net, skb, hook) => { if (skb.ct?.info === 'NEW' && skb.ct.entry.nat) skb.ct.entry.nat.done.DST = false; return right(net, skb, hook); }) },
  { id: 'match-dnat-never', says: '--ctstate DNAT holds for no packet.', parts: withMatches((match) => (match.kind === 'conntrack' ? { ...match, states: match.states.map((state) => (state === 'DNAT' ? 'SNAT' : state)) } : match)) },
  ...BROKEN_FTP,
  ...BROKEN_SCTP,
  ...BROKEN_NFT,
  { id: 'filter-output-skipped', says: 'Packets that IPVS forwards do not traverse the OUTPUT chain.', parts: station('iptable_filter_hook', (right) => (net, skb, hook) => (hook === 'NF_INET_LOCAL_OUT' && skb.ipvsProperty ? 'NF_ACCEPT' : right(net, skb, hook))) },
  { id: 'filter-after-ipvs', says: 'FORWARD sees replies after they are translated.', parts: { ...PARTS, hookRows: PARTS.hookRows.map((row) => (row.hook === 'NF_INET_FORWARD' && row.station === 'ip_vs_out_hook' ? { ...row, priority: -1 } : row)) } },
  { id: 'filter-input-open', says: 'Whatever INPUT decides, the packet is accepted.', parts: station('iptable_filter_hook', (right) => (net, skb, hook) => { const verdict = right(net, skb, hook); return hook === 'NF_INET_LOCAL_IN' ? 'NF_ACCEPT' : verdict; }) },
  { id: 'unwanted-ignored', says: 'nat_icmp_send changes nothing.', parts: { ...PARTS, isUnwanted: () => false } },
  { id: 'unwanted-resets-too', says: 'With nat_icmp_send even a reset that belongs to nothing is answered.', parts: { ...PARTS, isUnwanted: (net, skb, ends) => PARTS.isUnwanted({ ...net, parts: ipvsProtocol(PROTOCOL_TCP, () => ({ isReset: () => false })) }, skb, ends) } },
  { id: 'icmp-schedule-never', says: 'schedule_icmp changes nothing.', parts: station('ip_vs_in_hook', (right) => (net, skb, hook) => atDefault(net, 'net.ipv4.vs.schedule_icmp', () => right(net, skb, hook))) },
  ...BROKEN_TUNNELS,
  ...BROKEN_OTHER_PROTOCOLS,
  ...BROKEN_OWN,
  ...BROKEN_DELETIONS,
  ...BROKEN_ROUTING,
  ...MISTAKEN_DIRECTORS.filter(({ mistakes }) => OFTEN_MET.has(mistakes)),
];

/** The broken director of that id; undefined when there is none. */
export function brokenDirector(id: string, kernel: Kernel): ModelDirector | undefined {
  const broken = [...BROKEN_DIRECTORS, ...MISTAKEN_DIRECTORS].find((candidate) => candidate.id === id);
  return broken && brokenModel(broken, kernel);
}

/** The model as that broken director has it, which says of itself that it is this kernel. */
export function brokenModel({ id, parts, mistakes }: BrokenDirector, kernel: Kernel): ModelDirector {
  const inside: Kernel = { ...kernel, has: (change) => kernel.has(change) !== (change === mistakes) };
  return new ModelDirector(kernel, { name: `broken:${id}`, parts, inside });
}
