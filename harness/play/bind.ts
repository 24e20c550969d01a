import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { type Flow, isPacket, type PacketItem, type Scenario } from '../../spec/scenario.ts';
import { InputError } from '../errors.ts';
import { type Ends, endsOf, errorEnds } from './ends.ts';
import { type FlowLog, newFlowLog, noteFrames, otherSide, packetBytes, quotable } from './flow-log.ts';
import { hostNamed } from './hosts.ts';
import type { Lead } from './lead.ts';
import { packetFrame } from './packet-frame.ts';
import type { Plan, PlanStep } from './plan.ts';

/**
 * Turns flow-relative items into concrete frames, by playing them on the lead (DESIGN 2): a real server answers
 * from where the lead's frame reached it. Step i of the plan is item i of the timeline.
 */
export function bind(scenario: Scenario, lead: Lead): Plan {
  const logs = new Map<string, FlowLog>();
  lead.start(scenario.director);
  const steps = scenario.timeline.map((item, index): PlanStep => {
    if (isPacket(item)) return bindPacket(scenario, item, index, { lead, logs });
    const step: PlanStep = item.kind === 'do' ? { kind: 'command', command: item.command } : item;
    lead.step(step);
    return step;
  });
  return { config: scenario.director, steps, ...boundExpectations(scenario) };
}

function boundExpectations(scenario: Scenario): Pick<Plan, 'expectations'> {
  const { expectations, flows } = scenario;
  if (!expectations) return {};
  return {
    expectations: expectations.map((expectation) => {
      const { after, fact } = expectation;
      const named = 'flow' in fact ? fact.flow : undefined;
      return { expectation, flow: flows[named ?? lastFlow(scenario, after) ?? ''] };
    }),
  };
}

/** Whose packet was the last one up to that step. */
function lastFlow({ timeline }: Scenario, after: number): string | undefined {
  return timeline.slice(0, after).findLast(isPacket)?.flow;
}

interface Play {
  readonly lead: Lead;
  readonly logs: Map<string, FlowLog>;
}

type FrameStep = Extract<PlanStep, { kind: 'frame' }>;

function bindPacket(scenario: Scenario, item: PacketItem, index: number, { lead, logs }: Play): FrameStep {
  const flow = scenario.flows[item.flow];
  if (!flow)
    throw new InputError(`step ${index + 1} names the flow ${item.flow}, which the scenario does not have`);
  const log = logs.get(item.flow) ?? { ...newFlowLog(), arrival: atServerOf(scenario, flow, logs) };
  logs.set(item.flow, log);
  const step = frameStep({ config: scenario.director, flow, log, ipId: index + 1 }, item);
  const { emitted } = lead.step(step);
  noteFrames(log, item, step.frame, emitted);
  return step;
}

/** Where the server is of the flow that this one goes with; it calls from a port as far from that one's as it should. */
function atServerOf(
  { flows }: Scenario,
  { with: name = '', client, service }: Flow,
  logs: ReadonlyMap<string, FlowLog>,
): FlowLog['arrival'] {
  const arrival = logs.get(name)?.arrival;
  if (!arrival) return undefined;
  const port = (arrival.server.port + service.port - flows[name]!.service.port) & 0xffff;
  return { mac: arrival.mac, server: { ...arrival.server, port }, client };
}

interface Place {
  readonly config: DirectorConfig;
  readonly flow: Flow;
  readonly log: FlowLog;
  readonly ipId: number;
}

function frameStep(place: Place, item: PacketItem): FrameStep {
  const { config, flow, log } = place;
  if (item.kind !== 'icmp') return framed(place, item, endsOf(config, flow, item, log), NOTHING);
  const quoted = quotable(log, item.from) ?? unheard(place, item);
  return framed(place, item, errorEnds(config, flow, item, { log, quoted }), quoted);
}

const NOTHING = new Uint8Array(0);

function framed({ config, flow, ipId }: Place, item: PacketItem, ends: Ends, quoted: Uint8Array): FrameStep {
  const { host, ...way } = ends;
  const sender = item.via === undefined ? host : hostNamed(config.topology, item.via);
  const link = config.topology.links.find(({ name }) => name === sender.link);
  const mac = { source: sender.mac, destination: link?.mac ?? sender.mac };
  const frame = packetFrame(item, { ...way, mac, echoId: flow.client.port, quoted }, ipId);
  return { kind: 'frame', link: sender.link, frame };
}

/** What an error is about when its sender has not heard anything: clients would hear the service's own address. */
function unheard(place: Place, error: PacketItem): Uint8Array {
  const { config, flow, log } = place;
  const about = emptyPacket(flow, error);
  const ends = endsOf(config, flow, about, log);
  const heard = error.from === 'client' ? { ...ends, source: flow.service } : ends;
  return packetBytes(framed(place, about, heard, NOTHING).frame);
}

function emptyPacket({ protocol }: Flow, about: PacketItem): PacketItem {
  const head = { flow: about.flow, from: otherSide(about.from), length: 0 };
  if (protocol === 'sctp') return { kind: 'sctp', flow: head.flow, from: head.from, chunks: ['DATA'] };
  if (protocol === 'udp') return { kind: 'datagram', ...head };
  return { kind: 'segment', ...head, flags: 0, seq: 0, ack: 0, window: 0, options: [] };
}
