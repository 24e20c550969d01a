import type { DirectorConfig } from '../../spec/config/director-config.ts';
import type { Expectation } from '../../spec/expectation.ts';
import type { Flow, Scenario, TimelineItem } from '../../spec/scenario.ts';
import { DEFAULT_ISN } from '../../spec/scenario-text/flow.ts';
import type { Ipv4 } from '../../spec/wire/address.ts';
import { InputError } from '../errors.ts';
import { addressOf, type Casting } from './casting.ts';
import type { Conversation, Exchange } from './exchange.ts';
import { type Evidence, factsOf } from './expected-facts.ts';
import { itemsOf } from './packet-items.ts';
import { WholeDatagrams } from './whole-datagrams.ts';

/** A scenario, and the packets of the capture that its steps are: the step's number, counted from 1, to the frame's. */
export interface Imported {
  readonly scenario: Scenario;
  readonly frames: ReadonlyMap<number, number>;
  /** Packets of the flows that no item of a timeline can say. */
  readonly untold: number;
}

/** As many as a scenario file may have; a capture that needs more is to be cut down. */
const MOST_STEPS = 5_000;
/** Beyond this no file would hold the payloads. */
const MOST_PAYLOAD_BYTES = 32 * 1024;

export interface Story extends Evidence {
  readonly title: string;
  readonly director: DirectorConfig;
  readonly anonymise: boolean;
}

/** The exchanges in the order of their packets, with the gaps between them and what the director did each time. */
export function scenarioOf(exchanges: readonly Exchange[], story: Story): Imported {
  const names = new Map<Conversation, string>();
  for (const { conversation } of exchanges)
    if (!names.has(conversation)) names.set(conversation, `f${names.size + 1}`);
  const timeline: TimelineItem[] = [];
  const expectations: Expectation[] = [];
  const frames = new Map<number, number>();
  const payloads = !story.anonymise && payloadBytes(exchanges) <= MOST_PAYLOAD_BYTES;
  const wholes = new WholeDatagrams(exchanges);
  const reached = new Map<Conversation, Ipv4>();
  const [first] = exchanges;
  let [ms, untold] = [0, 0];
  for (const exchange of exchanges) {
    const { packet, conversation } = exchange;
    const by = strangerIn(exchange, reached, story.casting);
    const items = itemsOf(exchange, {
      flow: names.get(conversation)!,
      whole: wholes.of(packet),
      payloads,
      by,
    });
    if (items.length === 0) {
      untold += 1;
      continue;
    }
    const now = Math.round((packet.at - first!.packet.at) / 1000);
    if (now > ms) timeline.push({ kind: 'wait', ms: now - ms });
    ms = Math.max(ms, now);
    for (const item of items) {
      timeline.push(item);
      frames.set(timeline.length, packet.number);
      for (const fact of factsOf(exchange, story)) expectations.push({ after: timeline.length, fact });
    }
  }
  if (timeline.length > MOST_STEPS)
    throw new InputError(
      `the capture comes to ${timeline.length} steps; allowed: ${MOST_STEPS}; name the flows that matter with --client ADDRESS:PORT`,
    );
  const flows = [...names].map(([conversation, name]) => [name, flowOf(conversation, story.casting)]);
  const { title, director } = story;
  const scenario = { title, director, flows: Object.fromEntries(flows), timeline };
  return { scenario: { ...scenario, ...(expectations.length > 0 && { expectations }) }, frames, untold };
}

function flowOf({ protocol, client, virtual, isn }: Conversation, casting: Casting): Flow {
  return {
    protocol,
    client: { address: addressOf(casting, client.address), port: client.port },
    service: { address: addressOf(casting, virtual.address), port: virtual.port },
    isn: protocol !== 'udp' ? { client: isn.client, server: isn.server ?? DEFAULT_ISN.server } : DEFAULT_ISN,
  };
}

function payloadBytes(exchanges: readonly Exchange[]): number {
  return exchanges.reduce((sum, { packet }) => sum + packet.body.length, 0);
}

/** A real server that answers although the flow was not forwarded to it, as far as was seen. */
function strangerIn(
  { conversation, classified, answers }: Exchange,
  reached: Map<Conversation, Ipv4>,
  { roles }: Casting,
): string | undefined {
  const { from, far } = classified;
  for (const { kind, packet, classified: to } of answers)
    if (from === 'client' && kind === 'forwarded' && to.far.kind === 'real')
      reached.set(conversation, packet.tunnelledTo ?? to.far.address);
  const isStranger = from === 'server' && far.kind === 'real' && reached.get(conversation) !== far.address;
  return isStranger ? roles.get(far.address)?.name : undefined;
}
