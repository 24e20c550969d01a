import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ownProcessors } from '../../system/least-pinned.ts';
import { silent } from '../../system/progress.ts';
import type { MicrovmDirector } from './director.ts';
import { openMicrovm } from './open.ts';
import { handshake, planOf } from './testing.ts';
import { Turn } from './turn.ts';

const takeAllBut = (spared: number) =>
  Promise.all(
    ownProcessors()
      .slice(spared)
      .map(() => Turn.take()),
  );
const endAll = (turns: readonly Turn[]) => Promise.all(turns.map((turn) => turn.end()));

it('comes when another one ends, to whoever asked first', async () => {
  const [one, ...others] = await takeAllBut(0);
  const came: string[] = [];
  const asked = ['first', 'second'].map(async (who) => {
    const turn = await Turn.take();
    came.push(who);
    return turn;
  });
  await setImmediate();
  expect(came).toEqual([]);
  await one!.end();
  const first = await asked[0]!;
  expect(came).toEqual(['first']);
  await first.end();
  await endAll([await asked[1]!, ...others]);
  expect(came).toEqual(['first', 'second']);
});

it('is over when the guest is done: two that are listened to in step need only one', async () => {
  const others = await takeAllBut(1);
  const directors = await Promise.all([0, 1].map(() => openMicrovm('microvm', undefined, silent)));
  const plans = [planOf(...handshake(1025)), planOf(...handshake(1026))];
  const inStep = directors.map((director: MicrovmDirector) => director.play(plans));
  for (const _ of plans) {
    const played = await Promise.all(inStep.map((each) => each.next()));
    expect(played.map(({ value }) => value.kind)).toEqual(['played', 'played']);
  }
  await endAll(others);
  await Promise.all(directors.map((director) => director.close()));
});
