import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { BIASES, EVEN } from '../../generators/bias.ts';
import { scenario } from '../../generators/scenario.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import { bind } from '../../harness/play/bind.ts';
import { ScapyBridge } from '../../harness/scapy-bridge/bridge.ts';
import { describePacket } from '../../harness/scapy-bridge/describe-packet.ts';
import type { Observation } from '../../spec/observation.ts';
import { isPacket, type PacketItem, type Scenario } from '../../spec/scenario.ts';
import { dissect, type Field, hexBytes } from '../../spec/wire/dissect.ts';
import { ETHERNET_HEADER_BYTES, parseEthernet, printEthernet } from '../../spec/wire/ethernet.ts';
import { PROTOCOL_SCTP, parseIpv4Packet, printIpv4Packet } from '../../spec/wire/ipv4.ts';
import {
  printSctp,
  SCTP_CHUNK_TYPES,
  SCTP_HEADER_BYTES,
  type SctpChunkName,
  setSctpChecksum,
} from '../../spec/wire/sctp.ts';
import { KERNEL, SEED } from './reference.ts';

/** `spec/wire` and Scapy were written by different people from the same RFCs. */
const bridge = new ScapyBridge();
afterAll(() => bridge.close());

interface Sample {
  readonly frame: Uint8Array;
  /** Fields that it, or a frame before it, has wrong on purpose; Scapy's are right. */
  readonly spoilt: readonly string[];
}

/** Every frame that the scenario sends, and every one that the model answers with. */
function framesOf(given: Scenario): Sample[] {
  const model = new ModelDirector(KERNEL);
  const answers: Uint8Array[] = [];
  const noting = (observation: Observation) => {
    answers.push(...observation.emitted.map(({ frame }) => frame));
    return observation;
  };
  const plan = bind(given, { start: (config) => model.start(config), step: (s) => noting(model.step(s)) });
  const spoils = given.timeline.map((item) => (isPacket(item) ? spoiltBy(item) : []));
  return [
    ...plan.steps.flatMap((step, index) =>
      step.kind === 'frame' ? [{ frame: step.frame, spoilt: spoils[index]! }] : [],
    ),
    ...answers.map((frame) => ({ frame, spoilt: spoils.flat() })),
  ];
}

/** A part that does not say so, shorter or longer than its packet, has the packet's checksum, and of a datagram the length. */
function spoiltBy({ kind, badChecksum, fragment, moreFragments }: PacketItem): string[] {
  const isAllButWhole = fragment?.offset === 0 && !moreFragments;
  if (!isAllButWhole) return badChecksum ? ['checksum'] : [];
  return kind === 'datagram' ? ['length', 'checksum'] : ['checksum'];
}

/** Few directors have tunnels, services of SCTP, or routes to where nobody is known, and errors about pings are rare. */
const SCENARIOS = [
  ...fc.sample(scenario(), { numRuns: 150, seed: SEED }),
  ...fc.sample(scenario(BIASES.tunnels), { numRuns: 20, seed: SEED }),
  ...fc.sample(scenario({ ...BIASES.icmpErrors, echoes: 80 }), { numRuns: 30, seed: SEED }),
  ...fc.sample(scenario({ ...EVEN, sctpServices: 80, udpServices: 0 }), { numRuns: 40, seed: SEED }),
  ...fc.sample(scenario(BIASES.routing), { numRuns: 30, seed: SEED }),
];
const SAMPLES = SCENARIOS.flatMap(framesOf);
const FRAMES = SAMPLES.map(({ frame }) => frame);
const OURS = FRAMES.map(dissect);

/** What generators make, by a field that only such a frame has, and what that must say. */
const KINDS: Readonly<Record<string, readonly [field: string, says: RegExp]>> = {
  'a segment': ['tcp.seq', /./],
  'a segment with SACK': ['tcp.options', /sack /],
  'a segment with time stamps': ['tcp.options', /timestamp/],
  'a datagram': ['udp.length', /./],
  'a datagram without a checksum': ['udp.checksum', /^0x0000$/],
  ...Object.fromEntries(
    Object.keys(SCTP_CHUNK_TYPES).map((name) => [
      `a packet of SCTP with ${name}`,
      ['sctp.chunk1.type', new RegExp(`^${name}$`)] as const,
    ]),
  ),
  'a packet of SCTP with two chunks': ['sctp.chunk2.type', /./],
  'what SCTP says its tag is': ['sctp.chunk1.initiateTag', /[1-9]/],
  'a ping': ['icmp.type', /^8$/],
  'an answer to one': ['icmp.type', /^0$/],
  'an error about a segment': ['icmp.quoted.tcp.sport', /./],
  'an error about a datagram': ['icmp.quoted.udp.sport', /./],
  'an error about SCTP': ['icmp.quoted.sctp.sport', /./],
  'an error about a ping': ['icmp.quoted.icmp.type', /./],
  'an error about what is in a tunnel': ['icmp.quoted.inner.ipv4.src', /./],
  'a first fragment': ['ipv4.flags', /[13]$/],
  'a later fragment': ['ipv4.offset', /[1-9]/],
  'IP in IP': ['ipv4.protocol', /^4$/],
  GRE: ['gre.flags', /^0x0000$/],
  'GRE with a checksum': ['gre.checksum', /./],
  GUE: ['gue.protocol', /^4$/],
  'a segment in a tunnel': ['inner.tcp.seq', /./],
  'AH or ESP': ['ipv4.protocol', /^5[01]$/],
  'a request for a neighbour': ['eth.type', /^0x0806$/],
};

test.each(Object.entries(KINDS))('there is %s among the frames', (_, [field, says]) => {
  const isOne = (fields: readonly Field[]) =>
    fields.some(({ name, value }) => name === field && says.test(value));
  expect(OURS.some(isOne)).toBe(true);
});

test('Scapy reads every field of every frame as the reference does', async () => {
  const theirs = await bridge.ask('dissect', { frames: FRAMES.map(hexBytes) });
  for (const [index, ours] of OURS.entries())
    expect(theirs[index]).toEqual(ours.map(({ name, value }) => [name, value]));
});

test('Scapy makes the same bytes of the same packets, and the right checksum where ours is wrong on purpose', async () => {
  const described = SAMPLES.flatMap((sample) => {
    const packet = describePacket(sample.frame);
    return packet ? [{ ...sample, packet }] : [];
  });
  const theirs = await bridge.ask('build', { packets: described.map(({ packet }) => packet) });
  expect(described.length).toBeGreaterThan(FRAMES.length * 0.9);
  expect(described.some(({ spoilt }) => spoilt.length > 0)).toBe(true);
  for (const [index, { frame, spoilt }] of described.entries()) {
    if (spoilt.length === 0) expect(theirs[index]).toBe(hexBytes(frame));
    else
      expect(spoilt).toEqual(
        expect.arrayContaining(differingFields(frame, Buffer.from(theirs[index]!, 'hex'))),
      );
  }
});

/** What a chunk has behind its numbers; where it may have more, something that is whole. */
const CHUNK_BODIES: Readonly<Record<SctpChunkName, number | readonly [numbers: number, more: string]>> = {
  DATA: [12, 'six by'],
  INIT: 16,
  INIT_ACK: 16,
  SACK: 12,
  HEARTBEAT: [0, '\0\x01\0\x08abcd'],
  HEARTBEAT_ACK: [0, '\0\x01\0\x08abcd'],
  ABORT: [0, '\0\x01\0\x08\0\x07\0\0'],
  SHUTDOWN: 4,
  SHUTDOWN_ACK: 0,
  ERROR: [0, '\0\x01\0\x08\0\x07\0\0'],
  COOKIE_ECHO: [0, 'cookie'],
  COOKIE_ACK: 0,
  SHUTDOWN_COMPLETE: 0,
};

/** A frame with that chunk and another one behind it, all its numbers others; a SACK says that it has no blocks. */
function withNumbers(name: SctpChunkName): Uint8Array {
  const body = CHUNK_BODIES[name];
  const [numbers, more] = typeof body === 'number' ? [body, ''] : body;
  const bytes = Array.from({ length: numbers }, (_, at) =>
    name === 'SACK' && at >= 8 ? 0 : 0x11 * (at + 1),
  );
  const length = 4 + numbers + more.length;
  const chunk = Buffer.concat([
    Uint8Array.from([SCTP_CHUNK_TYPES[name], 0x0b, 0, length, ...bytes]),
    Buffer.alloc((length + 3) & ~3),
  ]);
  chunk.write(more, 4 + numbers, 'latin1');
  const ports = { sourcePort: 40_000, destinationPort: 80, verificationTag: 7, initiateTag: 9 };
  const payload = Buffer.concat([
    printSctp({ ...ports, chunks: [] }),
    chunk.subarray(0, (length + 3) & ~3),
    printSctp({ ...ports, chunks: ['COOKIE_ACK'] }).subarray(SCTP_HEADER_BYTES),
  ]);
  setSctpChecksum(payload);
  const { eth, header } = FIRST;
  return printEthernet(eth, printIpv4Packet({ header: { ...header, protocol: PROTOCOL_SCTP }, payload }));
}

const FIRST = (() => {
  const frame = FRAMES.find((one) => dissect(one).some(({ name }) => name === 'sctp.tag'))!;
  return { eth: parseEthernet(frame)!, header: parseIpv4Packet(frame, ETHERNET_HEADER_BYTES)!.header };
})();

test.each(Object.keys(CHUNK_BODIES) as SctpChunkName[])(
  'Scapy has every number of %s where the reference has it',
  async (name) => {
    const frame = withNumbers(name);
    const ours = dissect(frame);
    expect(ours.filter(({ name: field }) => field.endsWith('.type')).map(({ value }) => value)).toEqual(
      expect.arrayContaining([name, 'COOKIE_ACK']),
    );
    const [theirs] = await bridge.ask('dissect', { frames: [hexBytes(frame)] });
    expect(theirs).toEqual(ours.map((each) => [each.name, each.value]));
    const [built] = await bridge.ask('build', { packets: [describePacket(frame)!] });
    expect(built).toBe(hexBytes(frame));
  },
);

function differingFields(one: Uint8Array, other: Uint8Array): string[] {
  const theirs = dissect(other);
  const differing = dissect(one).filter(({ value }, index) => theirs[index]?.value !== value);
  return differing.map(({ name }) => name.split('.').at(-1)!);
}
