import { BIASES, type ScenarioBias } from '../generators/bias.ts';
import { SIZES, type Size } from '../generators/sizes.ts';
import { isOwn } from '../spec/config/topology.ts';
import type { Scenario } from '../spec/scenario.ts';
import { SYN } from '../spec/wire/tcp.ts';
import { bringsMarksHome, hasNotrack, hasSysctl } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';

/** A service for marks has nobody who could serve. */
const servesNobody = ({ director }: Scenario): boolean =>
  director.services.some(
    ({ protocol, dests }) => protocol === 'fwm' && dests.every(({ weight }) => weight === 0),
  );

/** Somebody begins to talk to one who is not the director, over TCP. */
const callsOthers = ({ director: { topology }, flows, timeline }: Scenario): boolean =>
  Object.entries(flows).some(([name, { protocol, service }]) => {
    const first = timeline.find((item) => 'flow' in item && item.flow === name);
    return (
      protocol === 'tcp' &&
      !isOwn(topology, service.address) &&
      first?.kind === 'segment' &&
      first.from === 'client' &&
      (first.flags & SYN) !== 0
    );
  });

/** What cache_bypass is for. */
const bypasses = (scenario: Scenario): boolean =>
  hasSysctl('net.ipv4.vs.cache_bypass', 1)(scenario) &&
  bringsMarksHome(scenario) &&
  servesNobody(scenario) &&
  callsOthers(scenario);

const ONE_SERVICE: Size = { ...SIZES.standard, services: 1, dests: 1, segments: 24 };

const BYPASSED: ScenarioBias = {
  ...BIASES.routing,
  ...{ routing: 10, markServices: 100, besideServices: 2, marks: 60, commands: 50, counting: 90, rules: 10 },
  ...{
    bypass: 80,
    broughtHome: 60,
    portReuse: 50,
    udp: 5,
    persistence: 2,
    astray: 0,
    sources: 5,
    localNode: 0,
    oneArmed: 0,
    conntrack: 35,
    disorder: 5,
    accidents: 10,
  },
};

/** What is said of packets for others that IPVS lets by. */
export const BYPASS_CLAIMS = [
  {
    id: 'ipvs/cache-bypass',
    says: 'With cache_bypass a packet for another that finds no real server goes there, on a connection without one.',
    source: { file: 'net/netfilter/ipvs/ip_vs_core.c', symbol: 'ip_vs_leave' },
    bias: BYPASSED,
    size: ONE_SERVICE,
    only: bypasses,
  },
  {
    id: 'ipvs/cache-bypass-untracked',
    says: 'A connection without a real server does without conntrack, too.',
    source: { file: 'net/netfilter/ipvs/ip_vs_xmit.c', symbol: 'ip_vs_bypass_xmit' },
    bias: { ...BYPASSED, broughtHome: 100, marks: 100, rules: 2 },
    size: ONE_SERVICE,
    only: (scenario) => bypasses(scenario) && hasNotrack(scenario),
  },
] as const satisfies readonly ClaimRow[];
