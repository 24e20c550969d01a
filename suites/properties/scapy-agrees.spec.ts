import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { scenario } from '../../generators/scenario.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import { bind } from '../../harness/play/bind.ts';
import { ScapyBridge } from '../../harness/scapy-bridge/bridge.ts';
import { describePacket } from '../../harness/scapy-bridge/describe-packet.ts';
import type { Observation } from '../../spec/observation.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { dissect, hexBytes } from '../../spec/wire/dissect.ts';
import { icmpChecksumIsRight } from '../../spec/wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, parseIpv4Packet } from '../../spec/wire/ipv4.ts';
import { tcpChecksumIsRight } from '../../spec/wire/tcp.ts';
import { udpChecksumIsRight } from '../../spec/wire/udp.ts';
import { KERNEL, SEED } from './reference.ts';

/** `spec/wire` and Scapy were written by different people from the same RFCs. */
const bridge = new ScapyBridge();
afterAll(() => bridge.close());

/** Every frame that the scenario sends, and every one that the model answers with. */
function framesOf(given: Scenario): Uint8Array[] {
  const model = new ModelDirector(KERNEL);
  const frames: Uint8Array[] = [];
  const noting = (observation: Observation) => {
    frames.push(...observation.emitted.map(({ frame }) => frame));
    return observation;
  };
  const plan = bind(given, { start: (config) => model.start(config), step: (s) => noting(model.step(s)) });
  return [...plan.steps.flatMap((step) => (step.kind === 'frame' ? [step.frame] : [])), ...frames];
}

const SAMPLE = fc.sample(scenario(), { numRuns: 150, seed: SEED }).flatMap(framesOf);
const FRAMES = [...new Map(SAMPLE.map((frame) => [hexBytes(frame), frame])).values()];

test('Scapy reads every field of every frame as the reference does', async () => {
  const theirs = await bridge.ask('dissect', { frames: FRAMES.map(hexBytes) });
  for (const [index, frame] of FRAMES.entries())
    expect(theirs[index]).toEqual(dissect(frame).map(({ name, value }) => [name, value]));
});

test('Scapy makes the same bytes of the same packets, and the right checksum where ours is wrong on purpose', async () => {
  const described = FRAMES.flatMap((frame) => {
    const packet = describePacket(frame);
    return packet ? [{ frame, packet }] : [];
  });
  const theirs = await bridge.ask('build', { packets: described.map(({ packet }) => packet) });
  const spoilt = described.filter(({ frame }) => !checksumIsRight(frame));
  expect(described.length).toBeGreaterThan(FRAMES.length * 0.9);
  expect(spoilt.length).toBeGreaterThan(0);
  for (const [index, { frame }] of described.entries())
    if (checksumIsRight(frame)) expect(theirs[index]).toBe(hexBytes(frame));
    else expect(differingFields(frame, Buffer.from(theirs[index]!, 'hex'))).toEqual(['checksum']);
});

/** Whether the checksum of what the IP header is followed by is right. */
function checksumIsRight(frame: Uint8Array): boolean {
  const { header, payload } = parseIpv4Packet(frame.subarray(14))!;
  const { source, destination, protocol, moreFragments, fragmentOffset } = header;
  if (moreFragments || fragmentOffset > 0) return true;
  if (protocol === PROTOCOL_ICMP) return icmpChecksumIsRight(payload);
  const isRight = protocol === PROTOCOL_TCP ? tcpChecksumIsRight : udpChecksumIsRight;
  return isRight(payload, source, destination);
}

function differingFields(one: Uint8Array, other: Uint8Array): string[] {
  const theirs = dissect(other);
  const differing = dissect(one).filter(({ value }, index) => theirs[index]?.value !== value);
  return differing.map(({ name }) => name.split('.').at(-1)!);
}
