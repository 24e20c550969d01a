import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../../spec/observation.ts';
import { ETHERNET_HEADER_BYTES, parseEthernet } from '../../../spec/wire/ethernet.ts';
import { parseIpv4Packet } from '../../../spec/wire/ipv4.ts';
import { ACK, FIN, parseTcp, SYN } from '../../../spec/wire/tcp.ts';
import type { Plan } from '../../play/plan.ts';
import { silent } from '../../system/progress.ts';
import type { Played } from '../director.ts';
import type { MicrovmDirector } from './director.ts';
import { openMicrovm } from './open.ts';
import {
  CLIENT,
  fromClient,
  fromServer,
  handshake,
  NAT_SERVICE,
  planOf,
  SERVER,
  VIP,
  wait,
} from './testing.ts';

/** On a real kernel: scenarios in, exact observations out. All tests share one guest. */

let director: MicrovmDirector;

beforeAll(async () => {
  director = await openMicrovm('microvm', undefined, silent);
});
afterAll(() => director.close());

async function playAll(...plans: Plan[]): Promise<Played[]> {
  const results: Played[] = [];
  for await (const played of director.play(plans)) results.push(played);
  return results;
}

async function observe(plan: Plan): Promise<readonly Observation[]> {
  const [played] = await playAll(plan);
  if (played?.kind !== 'played') throw new Error(JSON.stringify(played));
  return played.observations;
}

function addresses(frame: Uint8Array) {
  const packet = parseIpv4Packet(frame, ETHERNET_HEADER_BYTES)!;
  const { header } = parseTcp(packet.payload)!;
  const { source, destination } = packet.header;
  return [source, header.sourcePort, destination, header.destinationPort, parseEthernet(frame)!.destination];
}

describe('a microVM', () => {
  it('rewrites a client’s SYN to the real server, and its answer back to the VIP', async () => {
    const seen = await observe(planOf(...handshake(1025)));

    expect(seen.map(({ emitted }) => emitted.map(({ link }) => link))).toEqual([
      [],
      ['server'],
      ['client'],
      ['server'],
    ]);
    expect(addresses(seen[1]!.emitted[0]!.frame)).toEqual([
      CLIENT.address,
      1025,
      SERVER.address,
      80,
      SERVER.mac,
    ]);
    expect(addresses(seen[2]!.emitted[0]!.frame)).toEqual([VIP, 80, CLIENT.address, 1025, CLIENT.mac]);
  });

  it('shows services, connections, conntrack and rule counters after every step', async () => {
    const seen = await observe(planOf(...handshake(1025)));

    expect(seen.map(({ connections }) => connections.map(({ state }) => state))).toEqual([
      [],
      ['SYN_RECV'],
      ['SYN_RECV'],
      ['ESTABLISHED'],
    ]);
    expect(seen.map(({ conntrack }) => conntrack.map(({ state }) => state))).toEqual([
      [],
      ['SYN_SENT'],
      ['SYN_RECV'],
      ['ESTABLISHED'],
    ]);
    expect(seen[3]!.services[0]!.dests[0]).toMatchObject({ activeConn: 1, inActConn: 0 });
    expect(seen[3]!.counters.find(({ chain, rule }) => chain === 'INPUT' && rule === 1)).toMatchObject({
      packets: 1,
      bytes: 40,
    });
  });

  it('plays each step in a jiffy of its own, and waits exactly as many as asked', async () => {
    const seen = await observe(planOf(fromClient(1025, SYN), wait(0), wait(1), wait(4), wait(5), wait(1000)));
    const jiffies = seen.map((each) => each.jiffies - seen[0]!.jiffies);

    expect(jiffies).toEqual([0, 1, 2, 3, 4, 6, 256]);
  });

  it('tells the time as the kernel’s timeouts do, to the jiffy', async () => {
    // A SYN_SENT entry of 120 s is shown in whole seconds left: it changes between two certain jiffies only.
    const seen = await observe(
      planOf(fromClient(1025, SYN), wait(996), wait(4), wait(4), ...Array(40).fill(wait(333))),
    );
    const born = seen[1]!.jiffies;

    expect(seen.slice(1).map(({ conntrack }) => conntrack[0]!.timeout)).toEqual(
      seen.slice(1).map(({ jiffies }) => Math.floor((120 * 250 - (jiffies - born)) / 250)),
    );
    expect(seen.slice(1).map(({ connections }) => connections[0]!.expires)).toEqual(
      seen.slice(1).map(({ jiffies }) => Math.floor((60 * 250 - (jiffies - born)) / 250)),
    );
  });

  it('lets 15 minutes pass, and the connection with them', async () => {
    const before = Date.now();

    const seen = await observe(planOf(...handshake(1025), wait(899_000), wait(20_000)));

    expect(seen.at(-2)!.connections[0]).toMatchObject({ state: 'ESTABLISHED', expires: 1 });
    expect(seen.at(-1)!.connections).toEqual([]);
    // The budget is 1.5 s; this only tells virtual time from real time.
    expect(Date.now() - before).toBeLessThan(60_000);
  });

  it('runs the administrator’s commands, and says which the tool refused', async () => {
    const [dest] = NAT_SERVICE.dests;
    const edit = (weight: number) =>
      ({ tool: 'ipvsadm', op: 'edit-dest', service: NAT_SERVICE, dest: { ...dest, weight } }) as const;
    const gone = { ...NAT_SERVICE, port: 81 };
    const seen = await observe(
      planOf(
        { kind: 'command', command: edit(0) },
        { kind: 'command', command: { tool: 'ipvsadm', op: 'delete-service', service: gone } },
        {
          kind: 'command',
          command: { tool: 'iptables', op: 'policy', table: 'filter', chain: 'INPUT', policy: 'DROP' },
        },
        fromClient(1025, SYN | FIN),
      ),
    );

    expect(seen.map(({ refused }) => refused)).toEqual([false, false, true, false, false]);
    expect(seen[1]!.services[0]!.dests[0]!.weight).toBe(0);
    expect(seen[4]!.counters.filter(({ chain }) => chain === 'INPUT').map(({ packets }) => packets)).toEqual([
      0, 1,
    ]);
  });

  it('starts every scenario from nothing', async () => {
    const plan = planOf(...handshake(1025), fromServer(1025, ACK | FIN, 1, 1));

    const [first, second] = await playAll(plan, plan);

    expect(second).toEqual(first);
  });

  it('says what of a set-up failed, and goes on', async () => {
    const plan = planOf(fromClient(1025, SYN));
    const broken: Plan = { ...plan, config: { ...plan.config, sysctls: { 'net.ipv4.no_such_thing': 1 } } };

    const [first, second, third] = await playAll(plan, broken, plan);

    expect(second).toMatchObject({
      kind: 'infra-error',
      what: 'set-up: sysctl net.ipv4.no_such_thing=1: errno 2',
    });
    expect(third).toEqual(first);
  });

  it('boots again after its guest has died, and plays the rest', async () => {
    const plan = planOf(fromClient(1025, SYN));
    const [before] = await playAll(plan);
    process.kill(director.guestPid!, 'SIGKILL');

    const after = await playAll(plan, plan);

    expect(after.map(({ kind }) => kind)).toEqual(['infra-error', 'played']);
    expect(after[1]).toEqual(before);
  });
});
