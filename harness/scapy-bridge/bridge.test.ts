import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError, MachineError } from '../errors.ts';
import { testFolders } from '../system/test-folders.ts';
import { ScapyBridge } from './bridge.ts';
import { BRIDGE_VERSION } from './messages.ts';
import { readCapture } from './read-capture.ts';

const folder = testFolders();
let bridge = new ScapyBridge();
afterEach(() => bridge.close());

/** A program in Python's place that answers hello, and each other question by that JavaScript. */
async function pretending(answers: string, version = BRIDGE_VERSION): Promise<string> {
  const path = join(await folder(), 'python');
  const hello = `{ id: ask.id, ok: { version: ${version}, scapy: '0', python: '0' } }`;
  const text = `#!${process.execPath}
import('node:readline').then(({ createInterface }) => createInterface({ input: process.stdin }).on('line', (line) => {
  const ask = JSON.parse(line);
  if (ask.op === 'hello') console.log(JSON.stringify(${hello}));
  else { ${answers} }
}));`;
  await writeFile(path, text, { mode: 0o755 });
  return path;
}

describe('the process that has Scapy', () => {
  it('is refused when it speaks another version', async () => {
    bridge = new ScapyBridge({ python: await pretending('', 1) });
    await expect(bridge.ask('build', { packets: [] })).rejects.toThrow(
      `speaks version 1, not ${BRIDGE_VERSION}`,
    );
  });

  it('is replaced after it died, and whoever waited is told its last words', async () => {
    const dying = `if (ask.packets.length) { console.error('no more'); process.exit(7); } else console.log(JSON.stringify({ id: ask.id, ok: [] }));`;
    bridge = new ScapyBridge({ python: await pretending(dying) });
    const failed = bridge.ask('build', { packets: [{}] });
    await expect(failed).rejects.toThrow('it ended with 7');
    await expect(failed).rejects.toMatchObject({ console: 'no more\n' } satisfies Partial<MachineError>);
    await expect(bridge.ask('build', { packets: [] })).resolves.toEqual([]);
  });

  it('does not outlive a question that it does not answer', async () => {
    bridge = new ScapyBridge({ python: await pretending(''), timeoutMs: 2_000 });
    await expect(bridge.ask('build', { packets: [] })).rejects.toThrow('it ended with SIGKILL');
  });

  it('does not outlive a line that is no answer', async () => {
    bridge = new ScapyBridge({ python: await pretending(`console.log('hello');`) });
    await expect(bridge.ask('build', { packets: [] })).rejects.toThrow('it ended with SIGKILL');
  });

  it('is told apart from input that cannot be read', async () => {
    const fault = `console.log(JSON.stringify({ id: ask.id, fault: ask.frames[0], message: 'why' }));`;
    bridge = new ScapyBridge({ python: await pretending(fault) });
    await expect(bridge.ask('dissect', { frames: ['input'] })).rejects.toThrow(InputError);
    await expect(bridge.ask('dissect', { frames: ['bug'] })).rejects.toThrow(MachineError);
  });

  it('names what is missing', async () => {
    bridge = new ScapyBridge({ python: '/nowhere/python3' });
    await expect(bridge.ask('build', { packets: [] })).rejects.toThrow(/python3 ENOENT/);
  });
});

it('what the process takes is told, and grows with what it is asked', async () => {
  bridge = new ScapyBridge();
  const before = await bridge.ask('usage');
  const frames = Array.from({ length: 200 }, () => 'ff'.repeat(60));
  await bridge.ask('dissect', { frames });
  const after = await bridge.ask('usage');
  expect(after.cpuMs).toBeGreaterThan(before.cpuMs);
  expect(before.peakBytes).toBeGreaterThan(8 * 1024 * 1024);
  expect(after.peakBytes).toBeLessThan(512 * 1024 * 1024);
});

describe('a capture', () => {
  const all = { keep: () => true, most: 10 };
  beforeEach(() => {
    bridge = new ScapyBridge();
  });

  it('that is none is refused by its name, and the next one is read', async () => {
    const path = join(await folder(), 'text');
    await writeFile(path, 'no capture');
    for (const wrong of [path, '/nowhere.pcap'])
      await expect(readCapture(bridge, wrong, all)).rejects.toThrow(new RegExp(`^${wrong}: `));
  });

  it.each([
    ['whole', 0, false, 2],
    ['cut in its last frame', 1, true, 1],
  ])('%s is read as far as it goes', async (_, less, cut, frames) => {
    const header = '0a0d0d0a1c000000'; // no section of pcapng, but the magic number of one
    const pcap = `d4c3b2a1020004000000000000000000ffff000065000000${'01000000020000000400000008000000deadbeef'.repeat(2)}`;
    const path = join(await folder(), 'x.pcap');
    await writeFile(path, Buffer.from(header, 'hex'));
    await expect(readCapture(bridge, path, all)).rejects.toThrow(/this is no capture/);
    await writeFile(path, Buffer.from(pcap, 'hex').subarray(0, pcap.length / 2 - less));
    const read = await readCapture(bridge, path, all);
    expect(read.cut).toBe(cut);
    expect(read.frames.slice(0, frames)).toEqual(
      Array.from({ length: frames }, () => ({
        linktype: 101,
        microseconds: '1000002',
        data: 'deadbeef',
        interface: '',
        direction: null,
      })),
    );
  });
});
