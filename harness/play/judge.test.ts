import { describe, expect, it } from 'vitest';
import { bind } from './bind.ts';
import { confirm, failureOf } from './confirm.ts';
import { type Judged, judge } from './judge.ts';
import { Seat } from './seat.ts';
import { type Fault, ToyDirector, ToyReference, toyScenario, toySubject } from './toy-director.ts';

const FRAME_BYTES = 54;
const planOf = (...lengths: number[]) => bind(toyScenario(lengths), new ToyReference());
const referenceFor = () => new ToyReference();

async function judged(fault: Fault | undefined, ...plans: ReturnType<typeof planOf>[]): Promise<Judged[]> {
  const all: Judged[] = [];
  for await (const each of judge(new Seat(toySubject(fault), referenceFor), plans)) all.push(each);
  return all;
}

describe('judge', () => {
  it('agrees with a director that does what the reference does', async () => {
    expect(await judged(undefined, planOf(1, 2), planOf())).toEqual([{ kind: 'agree' }, { kind: 'agree' }]);
  });

  it('reports the first step that differs, and all that differs in it', async () => {
    const [result] = await judged((frame) => (frame >= 2 ? 'silent' : undefined), planOf(1, 2, 3));
    if (result?.kind !== 'differs') throw new Error('no divergence');
    expect(result.divergence.step).toBe(2);
    expect(result.divergence.differences.map(({ field }) => field)).toEqual(['row']);
  });

  it('gives one result for each plan, in order, when one of them fails', async () => {
    const fault: Fault = (_, length) =>
      length === FRAME_BYTES + 7 ? 'crash' : length === FRAME_BYTES + 8 ? 'infra' : undefined;
    const kinds = (await judged(fault, planOf(1), planOf(7), planOf(8), planOf(2))).map(({ kind }) => kind);
    expect(kinds).toEqual(['agree', 'crash', 'infra-error', 'agree']);
  });

  it('says which plans a director does not take, and plays the others', async () => {
    const subject = { name: 'toy', open: async () => new ToyDirector('toy', undefined, 2) };
    const all: Judged[] = [];
    for await (const each of judge(new Seat(subject, referenceFor), [planOf(1, 2, 3), planOf(1)]))
      all.push(each);
    expect(all).toEqual([{ kind: 'unsupported', reason: 'more than 2 steps' }, { kind: 'agree' }]);
  });

  it('replaces a director that stops in the middle', async () => {
    const opened: ToyDirector[] = [];
    class Stopping extends ToyDirector {
      override async *play(plans: Parameters<ToyDirector['play']>[0]) {
        yield* super.play(plans.slice(0, 1));
      }
    }
    const open = async () => {
      opened.push(new Stopping());
      return opened.at(-1)!;
    };
    const all: Judged[] = [];
    for await (const each of judge(new Seat({ name: 'toy', open }, referenceFor), [
      planOf(),
      planOf(),
      planOf(),
    ]))
      all.push(each);
    expect(all.map(({ kind }) => kind)).toEqual(['agree', 'infra-error', 'agree']);
    expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('calls a failing model our own error', async () => {
    const broken = Object.assign(new ToyReference(), {
      playAt: () => {
        throw new Error('no such state');
      },
    });
    const all: Judged[] = [];
    for await (const each of judge(new Seat(toySubject(), () => broken), [planOf(1)])) all.push(each);
    expect(all[0]).toMatchObject({ kind: 'infra-error', what: 'the model failed: no such state' });
  });

  it('never boots again once retired', async () => {
    const seat = new Seat(toySubject(), referenceFor);
    await seat.opened();
    await seat.retire();
    await expect(seat.opened()).rejects.toThrow(/toy was closed/);
  });
});

describe('confirm', () => {
  const silent: Fault = () => 'silent';

  it('asks three fresh directors, and closes them', async () => {
    const opened: ToyDirector[] = [];
    const [first] = await judged(silent, planOf(1));
    if (first?.kind !== 'differs') throw new Error('no divergence');
    const confirmed = await confirm(toySubject(silent, opened), referenceFor, planOf(1), failureOf(first));
    expect(confirmed.kind).toBe('same');
    expect(opened.map(({ closed }) => closed)).toEqual([true, true, true]);
  });

  it('says what came out instead', async () => {
    const confirmed = await confirm(toySubject(), referenceFor, planOf(1), 'frames row missing');
    expect(confirmed).toMatchObject({ kind: 'not reproducible' });
    expect(confirmed).toHaveProperty(
      'what',
      expect.stringContaining('time 1 of 3 from a fresh boot gave "agree"'),
    );
  });
});
