import { describe, expect, it } from 'vitest';
import type { ConntrackRow, Observation } from '../../spec/observation.ts';
import type { Played } from '../directors/director.ts';
import { bind } from './bind.ts';
import { type Judged, judge } from './judge.ts';
import { PairDirector, pairSubject } from './pair-director.ts';
import type { Plan } from './plan.ts';
import { Seat } from './seat.ts';
import {
  type Fault,
  TOY_KERNEL,
  ToyDirector,
  ToyReference,
  toyScenario,
  toySubject,
} from './toy-director.ts';

const referenceFor = () => new ToyReference();
const planOf = (...lengths: number[]) => bind(toyScenario(lengths), new ToyReference());
const secondIsLost: Fault = (frame) => (frame === 2 ? 'silent' : undefined);

async function judged(one: Fault | undefined, two: Fault | undefined, ...plans: Plan[]): Promise<Judged[]> {
  const subject = pairSubject(toySubject(one, [], 'one'), toySubject(two, [], 'two'), referenceFor);
  const all: Judged[] = [];
  for await (const each of judge(new Seat(subject, referenceFor), plans)) all.push(each);
  return all;
}

async function playedBy(pair: PairDirector, plan: Plan): Promise<Played> {
  for await (const played of pair.play([plan])) return played;
  throw new Error('nothing was played');
}

describe('a pair of directors', () => {
  it('agrees when both do the same, whatever the model says', async () => {
    const both = await judged(secondIsLost, secondIsLost, planOf(1, 2, 3));
    expect(both).toEqual([{ kind: 'agree' }]);
  });

  it('differs where the second does something else than the first', async () => {
    const [result] = await judged(secondIsLost, undefined, planOf(1, 2, 3));
    if (result?.kind !== 'differs') throw new Error('no divergence');
    expect(result.divergence).toMatchObject({
      step: 2,
      differences: [{ observable: 'frames', field: 'row', expected: 'absent' }],
    });
  });

  it('says which of the two crashed', async () => {
    const crash: Fault = () => 'crash';
    expect(await judged(crash, undefined, planOf(1))).toMatchObject([
      { kind: 'crash', what: 'one: Oops: 0000' },
    ]);
    expect(await judged(undefined, crash, planOf(1))).toMatchObject([{ kind: 'crash', what: 'Oops: 0000' }]);
  });

  it('is given time to settle after commands', async () => {
    const given: Plan[] = [];
    class Recording extends ToyDirector {
      override async *play(plans: readonly Plan[]) {
        given.push(...plans);
        yield* super.play(plans);
      }
    }
    const pair = new PairDirector(
      { leading: new Recording('one'), other: new Recording('two') },
      referenceFor,
    );
    await playedBy(pair, planOf(1));
    expect(given.map(({ settles }) => settles)).toEqual([true, true]);
  });

  it('leaves open what the model leaves open', async () => {
    class Open extends ToyReference {
      override playAt(plan: Plan) {
        const expected = super.playAt(plan);
        const opened = expected.observations.map((each) => ({
          ...each,
          emitted: each.emitted.map((emitted) => ({ ...emitted, open: ['own-ip-id'] })),
        }));
        return { ...expected, observations: opened };
      }
    }
    const directors = { leading: new ToyDirector('one'), other: new ToyDirector('two') };
    const played = await playedBy(new PairDirector(directors, () => new Open()), planOf(1));
    if (played.kind !== 'played') throw new Error(played.kind);
    expect(played.expected!.observations[1]!.emitted[0]!.open).toEqual(['own-ip-id']);
    expect(played.observations[1]!.emitted[0]!.open).toBeUndefined();
  });

  it('leaves open which source port an entry has, where the model does', async () => {
    const entry = (sport: number): ConntrackRow => ({
      protocol: 'udp',
      state: '',
      original: { src: 1, sport, dst: 2, dport: 6080 },
      reply: { src: 2, sport: 6080, dst: 1, dport: sport },
      ...{ timeout: 30, unreplied: true, assured: false, mark: 0 },
    });
    const tracking = (row: ConntrackRow, expected: readonly Observation[]) =>
      expected.map((each) => ({ ...each, conntrack: [row] }));
    class Tracking extends ToyReference {
      override playAt(plan: Plan) {
        const expected = super.playAt(plan);
        const row = { ...entry(1), openPort: true as const };
        return { ...expected, observations: tracking(row, expected.observations) };
      }
    }
    class Tunnel extends ToyDirector {
      readonly sport: number;
      constructor(name: string, sport: number) {
        super(name);
        this.sport = sport;
      }
      override async *play(plans: readonly Plan[]) {
        for await (const played of super.play(plans))
          yield played.kind === 'played'
            ? { ...played, observations: tracking(entry(this.sport), played.observations) }
            : played;
      }
    }
    const subject = (name: string, sport: number) => ({ name, open: async () => new Tunnel(name, sport) });
    const between = async (reference: () => ToyReference) => {
      const pair = pairSubject(subject('one', 40000), subject('two', 50000), reference);
      for await (const each of judge(new Seat(pair, reference), [planOf(1)])) return each.kind;
      throw new Error('nothing was judged');
    };
    expect(await between(() => new Tracking())).toBe('agree');
    expect(await between(referenceFor)).toBe('differs');
  });

  it('refuses what either refuses, and kernels whose jiffies are of different length', async () => {
    const picky = new ToyDirector('picky', undefined, 1);
    const toy = new ToyDirector('toy');
    expect(new PairDirector({ leading: toy, other: picky }, referenceFor).refuses(planOf(1, 2))).toBe(
      'more than 1 steps',
    );
    class Fast extends ToyDirector {
      override readonly kernel = { ...TOY_KERNEL, hz: 1000 };
    }
    const pair = new PairDirector({ leading: toy, other: new Fast('fast') }, referenceFor);
    expect(pair.refuses(planOf(1))).toContain('250 jiffies a second and fast 1000');
  });
});

describe('judge', () => {
  it('compares nothing once the clocks differ', async () => {
    class Late extends ToyDirector {
      override async *play(plans: readonly Plan[]) {
        for await (const played of super.play(plans)) {
          if (played.kind !== 'played') throw new Error(played.kind);
          const observations = played.observations.map((each, step) => ({
            ...each,
            jiffies: each.jiffies + (step < 2 ? 0 : 64),
          }));
          yield { ...played, observations };
        }
      }
    }
    const late = { name: 'late', open: async () => new Late('late', secondIsLost) };
    const seat = new Seat(pairSubject(toySubject(), late, referenceFor), referenceFor);
    for await (const each of judge(seat, [planOf(1, 2)]))
      expect(each).toMatchObject({
        kind: 'infra-error',
        what: expect.stringContaining('step 2: seen at jiffy'),
      });
  });
});
