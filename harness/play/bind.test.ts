import { describe, expect, it } from 'vitest';
import type { DirectorConfig } from '../../spec/config/director-config.ts';
import { ADDRESS_NAMES, TWO_ARMED } from '../../spec/config/topology.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Scenario, Segment } from '../../spec/scenario.ts';
import { dissect } from '../../spec/wire/dissect.ts';
import { ETHERNET_HEADER_BYTES, parseEthernet, printEthernet } from '../../spec/wire/ethernet.ts';
import { parseIpv4Packet, printIpv4Packet, setWord } from '../../spec/wire/ipv4.ts';
import { ACK, SYN, tcpChecksumIsRight } from '../../spec/wire/tcp.ts';
import { bind } from './bind.ts';
import type { Lead } from './lead.ts';
import type { PlanStep } from './plan.ts';

const at = (name: string) => ADDRESS_NAMES.get(name)!;
const CONFIG: DirectorConfig = { topology: TWO_ARMED, services: [], rules: { tables: [] }, sysctls: {} };
const NOTHING: Observation = {
  jiffies: 0,
  emitted: [],
  refused: false,
  services: [],
  connections: [],
  conntrack: [],
  counters: [],
};

/** Sends what comes from the client to RIP2: to its port 8080 (masq) or to the VIP still (droute). */
function leadTo(forward: 'masq' | 'droute' | 'nobody'): Lead {
  return {
    start: () => NOTHING,
    step(step: PlanStep) {
      if (forward === 'nobody' || step.kind !== 'frame' || step.link !== 'client') return NOTHING;
      const { header, payload } = parseIpv4Packet(step.frame, ETHERNET_HEADER_BYTES)!;
      const segment = payload.slice();
      if (forward === 'masq') setWord(segment, 2, 8080);
      const destination = forward === 'masq' ? at('RIP2') : header.destination;
      const packet = printIpv4Packet({ header: { ...header, destination }, payload: segment });
      const mac = { destination: '02005e000002', source: '0200d1000002' };
      return {
        ...NOTHING,
        emitted: [{ link: 'server', frame: printEthernet({ ...mac, etherType: 0x800 }, packet) }],
      };
    },
  };
}

const segment = (over: Partial<Segment>): Segment => ({
  kind: 'segment',
  flow: 'f1',
  from: 'client',
  flags: ACK,
  seq: 0,
  ack: 0,
  window: 1000,
  length: 0,
  options: [],
  ...over,
});

function scenarioOf(timeline: Scenario['timeline'], service = at('VIP')): Scenario {
  return {
    director: CONFIG,
    flows: {
      f1: {
        protocol: 'tcp',
        client: { address: at('CIP1'), port: 1025 },
        service: { address: service, port: 80 },
        isn: { client: 1000, server: 0xffffffff },
      },
    },
    timeline,
  };
}

function fieldsOf(step: PlanStep | undefined): Record<string, string> {
  if (step?.kind !== 'frame') throw new Error('no frame');
  return {
    link: step.link,
    ...Object.fromEntries(dissect(step.frame).map(({ name, value }) => [name, value])),
  };
}

const ASK = segment({ flags: SYN });
const ANSWER = segment({ from: 'server', flags: SYN | ACK, seq: 1 });

describe('bind', () => {
  it("sends a client's segment from its host to the director", () => {
    const plan = bind(scenarioOf([ASK]), leadTo('masq'));
    expect(fieldsOf(plan.steps[0])).toMatchObject({
      link: 'client',
      'eth.src': '02:00:c1:00:00:01',
      'eth.dst': '02:00:d1:00:00:01',
      'ipv4.src': '10.0.0.2',
      'ipv4.dst': '10.0.0.100',
      'ipv4.id': '1',
      'ipv4.flags': '0x2',
      'tcp.sport': '1025',
      'tcp.seq': '1000',
      'tcp.ack': '4294967295',
    });
  });

  it('answers masqueraded segments from the real server that got them', () => {
    const plan = bind(scenarioOf([ASK, ANSWER]), leadTo('masq'));
    expect(fieldsOf(plan.steps[1])).toMatchObject({
      link: 'server',
      'eth.src': '02:00:5e:00:00:02',
      'eth.dst': '02:00:d1:00:00:02',
      'ipv4.src': '192.168.1.12',
      'ipv4.dst': '10.0.0.2',
      'tcp.sport': '8080',
      'tcp.dport': '1025',
      'tcp.seq': '0',
    });
  });

  it('answers directly routed segments as the VIP, with the MAC of the real server', () => {
    const plan = bind(scenarioOf([ASK, ANSWER]), leadTo('droute'));
    expect(fieldsOf(plan.steps[1])).toMatchObject({
      'eth.src': '02:00:5e:00:00:02',
      'ipv4.src': '10.0.0.100',
      'tcp.sport': '80',
    });
  });

  it('lets another real server answer with its own address and the port of the flow', () => {
    const plan = bind(scenarioOf([ASK, { ...ANSWER, by: 'RIP1' }]), leadTo('masq'));
    expect(fieldsOf(plan.steps[1])).toMatchObject({
      'eth.src': '02:00:5e:00:00:01',
      'ipv4.src': '192.168.1.11',
      'tcp.sport': '8080',
    });
  });

  it('does not take the segment of another client for an arrival of the flow', () => {
    const plan = bind(scenarioOf([{ ...ASK, by: 'CIP2' }, ANSWER]), leadTo('masq'));
    expect(fieldsOf(plan.steps[0])['ipv4.src']).toBe('10.0.0.3');
    expect(fieldsOf(plan.steps[1])).toMatchObject({ 'ipv4.src': '192.168.1.11', 'tcp.sport': '80' });
  });

  it.each([
    ['the first real server', at('VIP'), '192.168.1.11'],
    ['the service itself when it is a host', at('RIP3'), '192.168.1.13'],
  ])('answers from %s when nothing was forwarded', (_, service, source) => {
    const plan = bind(scenarioOf([ANSWER], service), leadTo('nobody'));
    expect(fieldsOf(plan.steps[0])).toMatchObject({ 'ipv4.src': source, 'tcp.sport': '80' });
  });

  it('plays a flow that starts at a real server from the other side', () => {
    const scenario = scenarioOf([ASK, ANSWER], at('CIP2'));
    const flow = { ...scenario.flows.f1!, client: { address: at('RIP1'), port: 4000 } };
    const plan = bind({ ...scenario, flows: { f1: flow } }, leadTo('nobody'));
    expect(fieldsOf(plan.steps[0])).toMatchObject({ link: 'server', 'eth.dst': '02:00:d1:00:00:02' });
    expect(fieldsOf(plan.steps[1])).toMatchObject({
      link: 'client',
      'ipv4.src': '10.0.0.3',
      'ipv4.dst': '192.168.1.11',
    });
  });

  it('fills overlapping segments with the same bytes', () => {
    const plan = bind(
      scenarioOf([segment({ seq: 126, length: 4 }), segment({ seq: 128, length: 2 })]),
      leadTo('masq'),
    );
    expect(fieldsOf(plan.steps[0])['tcp.payload']).toBe('4 bytes 7e7f0001');
    expect(fieldsOf(plan.steps[1])['tcp.payload']).toBe('2 bytes 0001');
  });

  it.each([
    [undefined, true],
    [true, false],
  ])('makes a checksum that is right unless told (%s)', (badChecksum, right) => {
    const bad = badChecksum === undefined ? {} : { badChecksum };
    const plan = bind(scenarioOf([segment({ length: 3, ...bad })]), leadTo('masq'));
    const step = plan.steps[0]!;
    if (step.kind !== 'frame') throw new Error('no frame');
    const { header, payload } = parseIpv4Packet(step.frame, ETHERNET_HEADER_BYTES)!;
    expect(tcpChecksumIsRight(payload, header.source, header.destination)).toBe(right);
    expect(parseEthernet(step.frame)?.etherType).toBe(0x800);
  });

  it('keeps waits and commands where they are', () => {
    const command = { tool: 'sysctl', name: 'net.ipv4.vs.conntrack', value: 1 } as const;
    const plan = bind(
      scenarioOf([
        { kind: 'wait', ms: 5 },
        { kind: 'do', command },
      ]),
      leadTo('nobody'),
    );
    expect(plan.steps).toEqual([
      { kind: 'wait', ms: 5 },
      { kind: 'command', command },
    ]);
  });

  it('lets the director itself send, from an address that it has', () => {
    const of = (item: Partial<Segment>) =>
      fieldsOf(bind(scenarioOf([segment({ by: 'director', ...item })]), leadTo('nobody')).steps[0]);
    const nowhere = { link: 'director', 'eth.src': '00:00:00:00:00:00', 'eth.dst': '00:00:00:00:00:00' };

    // CIP1 is none of them, the service's address is.
    expect(of({ from: 'client' })).toMatchObject({ ...nowhere, 'ipv4.src': '10.0.0.1', 'tcp.sport': '1025' });
    expect(of({ from: 'server' })).toMatchObject({ ...nowhere, 'ipv4.src': '10.0.0.100', 'tcp.sport': '80' });
  });

  it('names a flow or a host that does not exist', () => {
    expect(() => bind(scenarioOf([{ ...ASK, flow: 'f9' }]), leadTo('nobody'))).toThrow(
      /step 1 names the flow f9/,
    );
    expect(() => bind(scenarioOf([{ ...ASK, by: 'RIP9' }]), leadTo('nobody'))).toThrow(/RIP9 is no host/);
  });
});
