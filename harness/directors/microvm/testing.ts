import { TWO_ARMED } from '../../../spec/config/topology.ts';
import type { Segment } from '../../../spec/scenario.ts';
import { ACK, SYN } from '../../../spec/wire/tcp.ts';
import { packetFrame } from '../../play/packet-frame.ts';
import type { Plan, PlanStep } from '../../play/plan.ts';

/** Small plans for tests on a real guest: one LVS-NAT service with one dest, conntrack on, one rule that sees state. */

const host = (name: string) => TWO_ARMED.hosts.find((each) => each.name === name)!;
export const CLIENT = host('CIP1');
export const SERVER = host('RIP1');
export const VIP = TWO_ARMED.vips[0]!.address;
const [CLIENT_LINK, SERVER_LINK] = [TWO_ARMED.links[0]!, TWO_ARMED.links[1]!];
const ISN = { client: 1000, server: 5000 };

export const NAT_SERVICE = {
  protocol: 'tcp',
  address: VIP,
  port: 80,
  scheduler: 'rr',
  dests: [{ address: SERVER.address, port: 80, forward: 'masq', weight: 1 }],
} as const;

const SEES_STATE = {
  protocol: { protocol: 'tcp', inverted: false },
  matches: [{ kind: 'state', states: ['NEW'], inverted: false }],
  target: { kind: 'ACCEPT' },
} as const;

export function planOf(...steps: PlanStep[]): Plan {
  return {
    config: {
      topology: TWO_ARMED,
      services: [NAT_SERVICE],
      rules: {
        tables: [
          {
            name: 'filter',
            chains: [
              { name: 'INPUT', policy: 'ACCEPT', rules: [SEES_STATE] },
              { name: 'FORWARD', policy: 'ACCEPT', rules: [] },
              { name: 'OUTPUT', policy: 'ACCEPT', rules: [] },
            ],
          },
        ],
      },
      sysctls: { 'net.ipv4.vs.conntrack': 1 },
    },
    steps,
  };
}

const segment = (flags: number, seq: number, ack: number): Segment => ({
  kind: 'segment',
  flow: 'f1',
  from: 'client',
  flags,
  seq,
  ack,
  window: 64240,
  length: 0,
  options: [],
});

const NO_ICMP = { echoId: 0, quoted: new Uint8Array(0) };

/** A segment of the client to the virtual service. */
export function fromClient(port: number, flags: number, seq = 0, ack = 0): PlanStep {
  const way = {
    mac: { source: CLIENT.mac, destination: CLIENT_LINK.mac },
    source: { address: CLIENT.address, port },
    destination: { address: VIP, port: 80 },
    isn: { own: ISN.client, peer: ISN.server },
    ...NO_ICMP,
  };
  return { kind: 'frame', link: 'client', frame: packetFrame(segment(flags, seq, ack), way, 1) };
}

/** The real server's segment to the client, as LVS-NAT expects it: from its own address. */
export function fromServer(port: number, flags: number, seq = 0, ack = 0): PlanStep {
  const way = {
    mac: { source: SERVER.mac, destination: SERVER_LINK.mac },
    source: { address: SERVER.address, port: 80 },
    destination: { address: CLIENT.address, port },
    isn: { own: ISN.server, peer: ISN.client },
    ...NO_ICMP,
  };
  return { kind: 'frame', link: 'server', frame: packetFrame(segment(flags, seq, ack), way, 1) };
}

export const wait = (ms: number): PlanStep => ({ kind: 'wait', ms });

/** SYN, SYN+ACK, ACK. */
export function handshake(port: number): PlanStep[] {
  return [fromClient(port, SYN), fromServer(port, SYN | ACK, 0, 1), fromClient(port, ACK, 1, 1)];
}
