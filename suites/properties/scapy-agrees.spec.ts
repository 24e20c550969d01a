import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { BIASES } from '../../generators/bias.ts';
import { scenario } from '../../generators/scenario.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import { bind } from '../../harness/play/bind.ts';
import { ScapyBridge } from '../../harness/scapy-bridge/bridge.ts';
import { describePacket } from '../../harness/scapy-bridge/describe-packet.ts';
import type { Observation } from '../../spec/observation.ts';
import { isPacket, type PacketItem, type Scenario } from '../../spec/scenario.ts';
import { dissect, type Field, hexBytes } from '../../spec/wire/dissect.ts';
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

/** Few directors have tunnels, of which much can be said. */
const SCENARIOS = [
  ...fc.sample(scenario(), { numRuns: 150, seed: SEED }),
  ...fc.sample(scenario(BIASES.tunnels), { numRuns: 20, seed: SEED }),
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
  'a packet of SCTP': ['sctp.tag', /./],
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

function differingFields(one: Uint8Array, other: Uint8Array): string[] {
  const theirs = dissect(other);
  const differing = dissect(one).filter(({ value }, index) => theirs[index]?.value !== value);
  return differing.map(({ name }) => name.split('.').at(-1)!);
}
