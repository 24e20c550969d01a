import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { AgentLink } from './agent-link.ts';
import { type AgentScenario, decodeMessage, decodeTranscript, encodeScenario } from './agent-protocol.ts';
import { WireReader, WireWriter } from './agent-wire.ts';

/** A scenario of two steps: a frame, then nothing; one file is observed. */
const SCENARIO: AgentScenario = {
  setup: [{ op: 'netns' }],
  observe: [{ op: 'readFile', path: '/proc/net/ip_vs' }],
  steps: [
    { waitNs: 0n, alignJiffies: 4096, ops: [{ op: 'frame', link: 1, frame: Uint8Array.of(1, 2, 3) }] },
    { waitNs: 1_000_000n, alignJiffies: 0, ops: [] },
  ],
};

const times = (to: WireWriter, jiffies: readonly bigint[]): void => {
  for (const value of jiffies) to.u64(value);
};

function transcript(): Buffer {
  return new WireWriter()
    .u32(5)
    .record(1, (to) => to.u32(0))
    .record(9, (to) => {
      times(to, [8192n, 8192n, 8192n, 8192n]);
      to.record(8, (answer) => answer.u32(0));
      to.record(32, (out) => out.u64(8192n).u8(0).bytes(Uint8Array.of(9)));
      to.record(6, (answer) => answer.u32(0).raw(Buffer.from('text')));
    })
    .record(9, (to) => {
      times(to, [8193n, 8194n, 8194n, 8194n]);
      to.record(33, () => {});
    })
    .finish();
}

describe('the agent protocol', () => {
  it('puts the length in front of a scenario and nests its steps', () => {
    const message = encodeScenario(5, SCENARIO);
    const reader = new WireReader(message.subarray(4));

    expect(message.readUInt32LE()).toBe(message.length - 4);
    expect([reader.u8(), reader.u32()]).toEqual([0x53, 5]);
    expect([reader.record(), reader.record(), reader.record(), reader.record()].map((r) => r.code)).toEqual([
      1, 10, 9, 9,
    ]);
    expect(reader.done).toBe(true);
  });

  it('tells answers, frames and observations of a step apart', () => {
    const { id, setup, steps } = decodeTranscript(transcript(), SCENARIO);

    expect([id, setup.length, steps.length]).toEqual([5, 1, 2]);
    expect(steps[0]!.answers).toEqual([{ errno: 0, data: Buffer.alloc(0) }]);
    expect(steps[0]!.framesOut).toEqual([{ jiffies: 8192n, link: 0, frame: Buffer.of(9) }]);
    expect(steps[1]).toMatchObject({ due: 8193n, acted: 8194n, observed: 8194n });
  });

  it('gives an unchanged observation as the very same object', () => {
    const { steps } = decodeTranscript(transcript(), SCENARIO);

    expect(steps[1]!.observations[0]).toBe(steps[0]!.observations[0]);
  });

  it('refuses another version and a message that ends early', () => {
    const hello = new WireWriter().u8(0x48).u16(99).finish();

    expect(() => decodeMessage(hello)).toThrow('version 99');
    expect(() => decodeMessage(hello.subarray(0, 2))).toThrow('2 bytes wanted');
  });
});

describe('AgentLink', () => {
  it('takes messages out of chunks of any size', async () => {
    const stream = new PassThrough();
    const link = new AgentLink(stream);
    const message = new WireWriter().u32(6).u8(0x45).u32(1).raw(Buffer.from('x')).finish();

    for (const byte of Buffer.concat([message, message])) stream.write(Buffer.of(byte));

    expect(await link.receive(1000)).toEqual({ kind: 'error', what: 'x' });
    expect(await link.receive(1000)).toEqual({ kind: 'error', what: 'x' });
    expect(await link.receive(10)).toEqual({ kind: 'deadline' });
    stream.end();
    expect(await link.receive(1000)).toEqual({ kind: 'hung-up' });
  });
});
