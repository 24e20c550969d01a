import { describe, expect, it } from 'vitest';
import { bind } from './bind.ts';
import { Company } from './company.ts';
import { pairSubject } from './pair-director.ts';
import type { Plan } from './plan.ts';
import type { Subject } from './seat.ts';
import { type Fault, ToyDirector, ToyReference, toyScenario, toySubject } from './toy-director.ts';

const referenceFor = () => new ToyReference();
const planOf = (...lengths: number[]) => bind(toyScenario(lengths), new ToyReference());
const firstIsLost: Fault = (frame) => (frame === 1 ? 'silent' : undefined);

/** A toy that writes down what it is given to play. */
function listening(name: string, given: Plan[], fault?: Fault): Subject {
  class Listening extends ToyDirector {
    override async *play(plans: readonly Plan[]) {
      given.push(...plans);
      yield* super.play(plans);
    }
  }
  return { name, open: async () => new Listening(name, fault) };
}

function chain(...[first, ...others]: Subject[]) {
  const before = [first!, ...others];
  return others.map((other, index) => pairSubject(before[index]!, other, referenceFor));
}

async function judged(subjects: Subject[], jobs: number, ...plans: Plan[]) {
  const company = new Company({ subjects, jobs, referenceFor });
  const results = await Promise.all(company.judge(plans).map((each) => Promise.all(each)));
  await company.retire();
  return results.map((each) => each.map(({ kind }) => kind));
}

describe('directors that play together', () => {
  it('play each plan once, however many they are compared with', async () => {
    const given: Plan[][] = [[], [], []];
    const toys = ['one', 'two', 'three'].map((name, at) => listening(name, given[at]!));
    await judged(chain(...toys), 1, planOf(1), planOf(2));
    expect(given.map((plans) => plans.length)).toEqual([2, 2, 2]);
    expect(given.flat().every(({ settles }) => settles)).toBe(true);
  });

  it.each([1, 2, 3])('are each compared with the one before, %i at a time', async (jobs) => {
    const toys = [undefined, firstIsLost, firstIsLost, undefined].map((fault) => toySubject(fault));
    expect(await judged(chain(...toys), jobs, planOf(1), planOf(), planOf(3))).toEqual([
      ['differs', 'agree', 'differs'],
      ['agree', 'agree', 'agree'],
      ['differs', 'agree', 'differs'],
    ]);
  });

  it('are compared with the model where they are no pair', async () => {
    const given: Plan[] = [];
    const subjects = [listening('one', given, firstIsLost), toySubject()];
    expect(await judged(subjects, 1, planOf(1), planOf())).toEqual([
      ['differs', 'agree'],
      ['agree', 'agree'],
    ]);
    expect(given.some(({ settles }) => settles)).toBe(false);
  });

  it('of which one crashes spoil nothing but its own pairs', async () => {
    const crash: Fault = (frame) => (frame === 2 ? 'crash' : undefined);
    const toys = [undefined, undefined, crash].map((fault) => toySubject(fault));
    expect(await judged(chain(...toys), 1, planOf(1, 2), planOf(1))).toEqual([
      ['agree', 'agree'],
      ['crash', 'agree'],
    ]);
  });

  it('say what one of a pair does not take', async () => {
    const picky = { name: 'picky', open: async () => new ToyDirector('picky', undefined, 1) };
    expect(await judged(chain(toySubject(), picky, toySubject()), 1, planOf(1, 2), planOf(1))).toEqual([
      ['unsupported', 'agree'],
      ['unsupported', 'agree'],
    ]);
  });

  it('of which one cannot be opened end the run with its error', async () => {
    const open = () => Promise.reject(new Error('no such kernel'));
    const toys = [toySubject(), { name: 'gone', open }, toySubject()];
    await expect(judged(chain(...toys), 2, planOf(1), planOf(2))).rejects.toThrow('no such kernel');
  });
});
