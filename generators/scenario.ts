import fc from 'fast-check';
import type { DirectorConfig } from '../spec/config/director-config.ts';
import { keepsPort, type VirtualService } from '../spec/config/services.ts';
import { BY_DIRECTOR, type Flow, type PacketItem, type Scenario, type Wait } from '../spec/scenario.ts';
import { ISAKMP_PORT, OWN, VIPS } from './addresses.ts';
import { EVEN, type ScenarioBias } from './bias.ts';
import { adminState } from './commands/admin-state.ts';
import { directorConfig } from './config.ts';
import { oneOf, upTo } from './draws.ts';
import { ftpStory } from './flows/ftp.ts';
import { ipsecStory } from './flows/ipsec.ts';
import { sctpStory } from './flows/sctp.ts';
import { type DataConnection, type Story, UNNAMED_DATA } from './flows/story.ts';
import { ends } from './flows/target.ts';
import { tcpStory } from './flows/tcp.ts';
import { udpStory } from './flows/udp.ts';
import { shrinkingBy } from './shrinking-by.ts';
import { SIZES, type Size } from './sizes.ts';
import { smallerScenario } from './smaller/scenario.ts';
import { tidied } from './tidied.ts';
import { type Lane, weave, woven } from './timeline.ts';

/** A director and what happens to it: everything that the suite plays comes from here. */
export function scenario(bias: ScenarioBias = EVEN, size: Size = SIZES.standard): fc.Arbitrary<Scenario> {
  const most = bias.shortFlows > 50 ? 2 * size.flows : size.flows;
  const drawn = directorConfig(bias, size).chain((director) =>
    fc.tuple(fc.constant(director), upTo(most, story(bias, size, director), 1), weave(bias, size)),
  );
  const whole = drawn.map(([director, stories, weave]) => {
    const named = asMany(nameFlows(stories, director), most);
    const timeline = woven(lanesOf(named), weave, adminState(director), size);
    const flows = Object.fromEntries(
      named.flatMap(({ name, flow, data }) => [[name, flow], ...(data ? [[dataName(name), data]] : [])]),
    );
    return tidied({ director, flows, timeline });
  });
  return shrinkingBy(whole, smallerScenario);
}

/** How much of a service's traffic is datagrams: a mark does not ask. */
const UDP_SHARE = { tcp: 0, udp: 1, sctp: 0, fwm: 0.3 } as const;

/** Flows speak what the services do, but for a share of datagrams that nobody waits for. */
function story(bias: ScenarioBias, size: Size, { services }: DirectorConfig): fc.Arbitrary<Story> {
  const shares: number[] = services.map(({ protocol }) => UDP_SHARE[protocol]);
  const served = shares.reduce((sum, share) => sum + share, 0) / services.length;
  const associations = services.filter(({ protocol }) => protocol === 'sctp').length / services.length;
  const datagrams = Math.round(bias.udp + (100 - bias.udp) * served);
  const ipsec = Math.round(datagrams * mayAgreeOnKeys(bias, services));
  const udp = datagrams - ipsec;
  const sctp = Math.round((100 - bias.udp) * associations);
  const tcp = Math.max(0, 100 - datagrams - sctp);
  const ftp = services.filter(({ protocol, port }) => protocol === 'tcp' && port === FTP).length;
  const named = services.filter(({ protocol }) => protocol !== 'fwm').length;
  const told = Math.round(tcp * (0.75 * (ftp / Math.max(1, named)) + bias.ftp / 400));
  return oneOf(
    [udp, udpStory(bias, size)],
    [ipsec, ipsecStory(bias, size)],
    [sctp, sctpStory(bias, size)],
    [told, ftpStory(bias, size)],
    [Math.max(0, tcp - told), tcpStory(bias, size)],
  );
}

const FTP = 21;

/** The share of datagrams that are about IPsec: of a service for more than a port it is what the bias asks for. */
function mayAgreeOnKeys({ isakmp }: ScenarioBias, services: readonly VirtualService[]): number {
  const receiving = services.filter(({ protocol }) => protocol === 'udp' || protocol === 'fwm');
  const shares = receiving.map(({ protocol, port }): number =>
    protocol === 'udp' && port === ISAKMP_PORT ? 1 : protocol === 'fwm' || port === 0 ? isakmp / 100 : 0,
  );
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, receiving.length);
}

interface NamedFlow {
  readonly name: string;
  readonly flow: Flow;
  /** The data connection of a control connection. */
  readonly data: Flow | undefined;
  readonly packets: readonly PacketItem[];
  /** It goes on where the flow before it ended, so long after. */
  readonly after: { readonly ms: number } | undefined;
}

function nameFlows(stories: readonly Story[], director: DirectorConfig): readonly NamedFlow[] {
  let last: (Pick<Flow, 'client' | 'service'> & Pick<Story, 'own'>) | undefined;
  return stories.map((told, index) => {
    const after = told.reuses && last ? { ms: told.pause ?? 0 } : undefined;
    const story = after && last ? { ...told, own: last.own } : told;
    const { client, service } =
      after && last
        ? last
        : ofDirector(story, ends(story.target, director, story.protocol, story.servicePort));
    const between = { client, service };
    last = { ...between, own: story.own };
    const name = `f${index + 1}`;
    const { protocol, isn } = story;
    const packets = heard(spoken(story), between.service, director.services).map((packet) => ({
      ...packet,
      flow: packet.flow === UNNAMED_DATA ? dataName(name) : name,
    }));
    const flow = { protocol, ...between, isn };
    return { name, flow, data: story.data && dataFlow(name, flow, story.data), packets, after };
  });
}

/** A client that runs on the director has an address there. */
function ofDirector<Ends extends Pick<Flow, 'client' | 'service'>>(
  { own, target }: Story,
  between: Ends,
): Ends {
  if (own !== 'client') return between;
  const addresses = [...OWN, ...VIPS];
  const address = addresses[(target.index + target.port) % addresses.length]!;
  return { ...between, client: { ...between.client, address } };
}

/** The story with what a program on the director says, and not what others put into its mouth. */
function spoken(story: Story): Story {
  const { own, packets } = story;
  if (own === undefined) return story;
  const isOwn = ({ from, by, via }: PacketItem) => from === own && by === undefined && via === undefined;
  return {
    ...story,
    packets: packets.map((packet) => (isOwn(packet) ? { ...packet, by: BY_DIRECTOR } : packet)),
  };
}

function dataName(name: string): string {
  return `${name}d`;
}

/** Passive, the client calls the server where that has said; active, the server calls from the port before its own. */
function dataFlow(
  name: string,
  { protocol, client, service, isn }: Flow,
  { way, port, clientPort }: DataConnection,
): Flow {
  if (way === 'passive')
    return {
      ...{ protocol, isn },
      client: { ...client, port: clientPort },
      service: { ...service, port },
    };
  const from = { ...service, port: (service.port - 1) & 0xffff };
  return { protocol, isn, client: { ...client, port }, service: from, with: name };
}

/** Those that fit: a story with a data connection is two flows. */
function asMany(named: readonly NamedFlow[], most: number): readonly NamedFlow[] {
  let count = 0;
  return named.filter(({ data }, index) => {
    count += data ? 2 : 1;
    return count <= most || index === 0;
  });
}

/** Whose far end is a host that answers by the director. */
const DIRECT: ReadonlySet<Story['target']['kind']> = new Set([
  'realServer',
  'outward',
  'neighbour',
  'spoofed',
]);

/** What comes by the director: not the answers of real servers that route around it, nor of nobody. */
function heard(
  { protocol, target, packets, answersSeen }: Story,
  far: Flow['service'],
  services: readonly VirtualService[],
) {
  const service = services.find(
    (service) =>
      (service.protocol === protocol &&
        service.address === far.address &&
        (service.port === far.port || service.port === 0)) ||
      (service.protocol === 'fwm' && (VIPS.includes(far.address) || target.kind === 'service')),
  );
  const direct = DIRECT.has(target.kind);
  const routed = service?.dests.length !== 0 && service?.dests.every(({ forward }) => keepsPort(forward));
  const answers = service ? answersSeen[routed ? 'droute' : 'masq'] : direct;
  return packets.filter(({ from, by }) => from === 'client' || by !== undefined || answers);
}

function lanesOf(flows: readonly NamedFlow[]): readonly Lane[] {
  const lanes: (PacketItem | Wait)[][] = [];
  for (const { packets, after } of flows) {
    if (!after) lanes.push([]);
    const pause: Wait[] = after && after.ms > 0 ? [{ kind: 'wait', ms: after.ms }] : [];
    lanes.at(-1)!.push(...pause, ...packets);
  }
  return lanes;
}
