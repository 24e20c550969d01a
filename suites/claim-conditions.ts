import type { AdminCommand } from '../spec/config/commands.ts';
import type { Protocol } from '../spec/config/protocols.ts';
import type { SchedulerName, VirtualService } from '../spec/config/services.ts';
import { isOwn } from '../spec/config/topology.ts';
import { type Flow, isPacket, type Scenario, type TimelineItem } from '../spec/scenario.ts';
import { PROTOCOL_AH, PROTOCOL_ESP, PROTOCOL_GRE } from '../spec/wire/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../spec/wire/tcp.ts';

/** What a scenario must have for a claim to be about it. */

export const commandsIn = (timeline: readonly TimelineItem[]): readonly AdminCommand[] =>
  timeline.flatMap((item) => (item.kind === 'do' ? [item.command] : []));

/** From the start, or since a command of the administrator. */
export function hasQuiescedDest({ director, timeline }: Scenario): boolean {
  const dests = commandsIn(timeline).flatMap((command) =>
    'op' in command && (command.op === 'add-dest' || command.op === 'edit-dest') ? [command.dest] : [],
  );
  return [...dests, ...director.services.flatMap((service) => service.dests)].some(
    ({ weight }) => weight === 0,
  );
}

/** While there may be connections. */
export function editsThresholds({ timeline }: Scenario): boolean {
  const first = timeline.findIndex(({ kind }) => kind === 'segment');
  return commandsIn(timeline.slice(first + 1)).some(
    (command) => 'op' in command && command.op === 'edit-dest' && (command.dest.upperThreshold ?? 0) > 0,
  );
}

/** Some service begins with one of these schedulers, and has a choice. */
export function usesScheduler(...names: readonly SchedulerName[]): (scenario: Scenario) => boolean {
  return ({ director }) =>
    director.services.some(({ scheduler, dests }) => names.includes(scheduler) && dests.length > 1);
}

/** What honest peers send, PSH and the congestion bits aside. */
const HONEST_FLAGS: ReadonlySet<number> = new Set([SYN, SYN | ACK, ACK, FIN | ACK, RST, RST | ACK]);

export function hasOddFlags({ timeline }: Scenario): boolean {
  const odd = (flags: number) => !HONEST_FLAGS.has(flags & (SYN | ACK | FIN | RST));
  return timeline.some((item) => item.kind === 'segment' && odd(item.flags));
}

export const servesUdp = ({ director }: Scenario): boolean =>
  director.services.some(({ protocol, dests }) => protocol === 'udp' && dests.length > 0);

export const servesMarks = ({ director }: Scenario): boolean =>
  director.services.some(({ protocol, dests }) => protocol === 'fwm' && dests.length > 0);

/** The director is a real server itself. */
export const servesLocally = ({ director: { topology, services } }: Scenario): boolean =>
  services.some(({ dests }) => dests.some(({ address }) => isOwn(topology, address)));

export const servesTunnels = ({ director }: Scenario): boolean =>
  director.services.some(({ dests }) => dests.some(({ forward }) => forward === 'tunnel'));

/** Somebody behind a tunnel speaks of a packet that its client has sent before. */
export function complainsBehindTunnel({ director, flows, timeline }: Scenario): boolean {
  const wraps = ({ dests }: VirtualService) => dests.some(({ forward }) => forward === 'tunnel');
  const isWrapped = ({ service }: Flow) =>
    director.services.some((one) => wraps(one) && 'address' in one && one.address === service.address);
  return timeline.some(
    (item, index) =>
      item.kind === 'icmp' &&
      item.from === 'server' &&
      isWrapped(flows[item.flow]!) &&
      timeline
        .slice(0, index)
        .some(
          (one) => isPacket(one) && one.flow === item.flow && one.from === 'client' && one.kind !== 'icmp',
        ),
  );
}

export function sends({ timeline }: Scenario, kind: TimelineItem['kind']): boolean {
  return timeline.some((item) => item.kind === kind);
}

/** AH or ESP, with ISAKMP or without. */
export const sendsIpsec = ({ timeline }: Scenario): boolean =>
  timeline.some((item) => item.kind === 'other' && IPSEC.includes(item.protocol));

/** More than once: one entry alone stands in nobody's way. */
export const sendsGre = ({ timeline }: Scenario): boolean =>
  timeline.filter((item) => item.kind === 'other' && item.protocol === PROTOCOL_GRE).length > 1;

const IPSEC: readonly number[] = [PROTOCOL_AH, PROTOCOL_ESP];

/** Somebody complains about a flow before anything of it was seen, and then it goes on. */
export const beginsWithError = ({ flows, timeline }: Scenario): boolean =>
  Object.keys(flows).some((flow) => {
    const [first, second] = timeline.filter((item) => 'flow' in item && item.flow === flow);
    return first?.kind === 'icmp' && first.from === 'client' && second?.kind === 'segment';
  });

export const sendsHeartbeats = ({ timeline }: Scenario): boolean =>
  timeline.some((item) => item.kind === 'sctp' && item.chunks.some((name) => name.startsWith('HEARTBEAT')));

export const hasSysctl =
  (name: string, value: number) =>
  ({ director }: Scenario): boolean =>
    director.sysctls[name] === value;

/** A sysctl of a device is set, other than to 0, at the beginning or later. */
export function setsOneOf(...names: readonly string[]): (scenario: Scenario) => boolean {
  const is = (name: string, value: number) => value !== 0 && names.includes(name.split('.').at(-1)!);
  return ({ director, timeline }) =>
    Object.entries(director.sysctls).some(([name, value]) => is(name, value)) ||
    commandsIn(timeline).some((command) => command.tool === 'sysctl' && is(command.name, command.value));
}

/** After something was said. */
export function deletesEntries({ timeline }: Scenario): boolean {
  const first = timeline.findIndex(isPacket);
  return commandsIn(timeline.slice(first + 1)).some(({ tool }) => tool === 'conntrack');
}

/** The administrator sets it in mid-flow. */
export const switches =
  (name: string) =>
  ({ timeline }: Scenario): boolean =>
    commandsIn(timeline).some((command) => command.tool === 'sysctl' && command.name === name);

/**
 * The administrator leaves it at that value between the last SYN of a handshake that a client has begun, as far as that
 * goes, and what its flow sends next.
 */
export const switchesInHandshake =
  (name: string, value: number) =>
  ({ flows, timeline }: Scenario): boolean =>
    Object.keys(flows).some((flow) => {
      const own = timeline.flatMap((item, at) =>
        item.kind === 'segment' && item.flow === flow ? [{ ...item, at }] : [],
      );
      const last = own.some(({ from }) => from === 'server') ? 'server' : 'client';
      const opens = own[0]?.from === 'client' && own[0].flags === SYN;
      return own.some(({ from, flags, at }, index) => {
        if (!opens || from !== last || !(flags & SYN)) return false;
        const between = commandsIn(timeline.slice(at, own[index + 1]?.at ?? at));
        const set = between.findLast((command) => command.tool === 'sysctl' && command.name === name);
        return set?.tool === 'sysctl' && set.value === value;
      });
    });

export const routingRules = ({ director: { routing = [] } }: Scenario) =>
  routing.flatMap((entry) => (entry.kind === 'rule' ? [entry] : []));

export const addedRoutes = ({ director: { routing = [] } }: Scenario) =>
  routing.flatMap((entry) => (entry.kind === 'route' ? [entry] : []));

/** Of a rule's action or a route's type: the sender hears of it. */
export const refuses = (what: unknown): boolean => what === 'unreachable' || what === 'prohibit';

/** Packets of a mark are the director's, whoever they are for. */
export const bringsMarksHome = (scenario: Scenario): boolean =>
  routingRules(scenario).some(({ mark }) => mark !== undefined) &&
  addedRoutes(scenario).some(({ type, prefix }) => type === 'local' && prefix.length === 0);

export const asksForFragments = ({ director }: Scenario): boolean =>
  director.rules.tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some(({ fragment }) => fragment !== undefined)),
  );

/** A rule is for a protocol that has no matches of its own. */
export const asksForOthers = ({ director }: Scenario): boolean =>
  director.rules.tables.some(({ chains }) =>
    chains.some(({ rules }) =>
      rules.some(({ protocol }) => protocol && !MATCHED.includes(protocol.protocol)),
    ),
  );

const MATCHED: readonly Protocol[] = ['tcp', 'udp', 'icmp'];

export const hasFragments = ({ timeline }: Scenario): boolean =>
  timeline.some((item) => 'fragment' in item || 'moreFragments' in item);

/** Without a rule that asks for states the kernel tracks nothing. */
export function asksForStates({ director }: Scenario): boolean {
  const rules = director.rules.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return rules.some(({ matches }) => matches.some(({ kind }) => kind === 'state' || kind === 'conntrack'));
}

export function hasTarget(kinds: readonly string[]) {
  return ({ director }: Scenario): boolean =>
    director.rules.tables.some(({ chains }) =>
      chains.some(({ rules }) => rules.some(({ target }) => target && kinds.includes(target.kind))),
    );
}

/** A rule of this chain of table filter refuses something, whatever its protocol. */
export function rejectsIn(chain: string) {
  return ({ director }: Scenario): boolean =>
    director.rules.tables.some(
      (table) =>
        table.name === 'filter' &&
        table.chains.some(
          ({ name, rules }) =>
            name === chain && rules.some(({ target, protocol }) => target?.kind === 'REJECT' && !protocol),
        ),
    );
}

export function hasMatch(kinds: readonly string[]) {
  return ({ director }: Scenario): boolean =>
    director.rules.tables.some(({ chains }) =>
      chains.some(({ rules }) =>
        rules.some(({ matches }) => matches.some(({ kind }) => kinds.includes(kind))),
      ),
    );
}

export const asksConnections = ({ director }: Scenario): boolean =>
  director.rules.tables.some(({ chains }) =>
    chains.some(({ rules }) => rules.some(({ matches }) => matches.some((match) => 'asks' in match))),
  );

export const hasMarks = hasTarget(['MARK', 'CONNMARK']);
export const hasNotrack = hasTarget(['CT']);
export const hasNftRules = ({ director: { iptables, rules } }: Scenario): boolean =>
  iptables === 'nft' && rules.tables.length > 0;
