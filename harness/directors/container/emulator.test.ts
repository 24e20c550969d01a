import { Duplex, PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ACK, SYN } from '../../../spec/wire/tcp.ts';
import { silent } from '../../system/progress.ts';
import type { Director } from '../director.ts';
import { MicrovmDirector } from '../microvm/director.ts';
import { openMicrovm } from '../microvm/open.ts';
import { fromClient, fromServer, handshake, planOf, wait } from '../microvm/testing.ts';
import { containedMicrovm } from './open-emulator.ts';
import { Pieces } from './pieces.ts';
import { engineForTests } from './private-engine.ts';

const engine = await engineForTests();
const voices = { progress: silent, note: silent };

async function observed(director: Director) {
  const plans = [planOf(...handshake(1025), wait(899_000), wait(20_000)), planOf(fromClient(1026, SYN))];
  const results = [];
  for await (const result of director.play([...plans, planOf(fromServer(1027, ACK))])) results.push(result);
  await director.close();
  return results;
}

/** Two kernels boot, each emulated, on a machine that others may be using. */
const SLOW_MS = 240_000;

describe.skipIf(engine === undefined)('a microVM in a container', () => {
  it(
    'does to the byte what it does outside',
    async () => {
      const inside = new MicrovmDirector('container-vm', await containedMicrovm(undefined, voices));
      const outside = await openMicrovm('microvm', undefined, silent);

      const [contained, local] = [await observed(inside), await observed(outside)];

      expect(contained.map(({ kind }) => kind)).toEqual(['played', 'played', 'played']);
      expect(contained).toEqual(local);
      expect(await engine!.docker.listContainers({ all: true })).toEqual([]);
    },
    SLOW_MS,
  );
});

describe('one stream that carries several', () => {
  it('gives each channel its bytes, however they come, and ends them all', async () => {
    const stream = new PassThrough();
    const pieces = new Pieces(Promise.resolve(stream));
    const [three, four] = [pieces.channel(3), pieces.channel(4)] as [Readable, Readable];
    const bytes = Buffer.from([3, 2, 0, 0, 0, 65, 66, 4, 1, 0, 0, 0, 67, 3, 1, 0, 0, 0, 68]);

    for (const byte of bytes) stream.write(Buffer.of(byte));
    stream.end();

    expect(await Promise.all([text(three), text(four)])).toEqual(['ABD', 'C']);
  });

  it('says in front of what is written where it goes', async () => {
    const written = new Promise((resolve) => {
      const stream = new Duplex({ read: () => {}, write: (chunk) => resolve(chunk) });
      new Pieces(Promise.resolve(stream)).channel(5).write('xy');
    });

    expect(await written).toEqual(Buffer.from([5, 2, 0, 0, 0, 120, 121]));
  });
});
