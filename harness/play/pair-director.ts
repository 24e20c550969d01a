import type { Emitted, Observation } from '../../spec/observation.ts';
import { withoutOpenFields } from '../compare/open-fields.ts';
import type { Director, Played } from '../directors/director.ts';
import { ownError } from './judge.ts';
import type { Expected, Reference, ReferenceFor } from './lead.ts';
import type { Plan } from './plan.ts';
import type { Subject } from './seat.ts';

/** The two directors of a pair: what `leading` does is expected of the other. */
export interface Pair {
  readonly leading: Director;
  readonly other: Director;
}

/**
 * Two directors as one, for comparing them with each other: each plan is played on both, and what the first did is
 * handed on as what was expected of the second. The model decides nothing; it only names the fields that no kernel
 * is bound to (tables/freedoms), and tells the packet's way for a reader.
 */
export class PairDirector implements Director {
  readonly name: string;
  readonly kernel: Director['kernel'];
  readonly #pair: Pair;
  readonly #reference: Reference;

  constructor(pair: Pair, referenceFor: ReferenceFor) {
    this.name = pair.other.name;
    this.kernel = pair.other.kernel;
    this.#pair = pair;
    this.#reference = referenceFor(pair.leading.kernel);
  }

  refuses(plan: Plan): string | undefined {
    const { leading, other } = this.#pair;
    const [one, two] = [leading.kernel.hz, other.kernel.hz];
    if (one !== two)
      return `${leading.name} counts ${one} jiffies a second and ${other.name} ${two}: their clocks cannot agree`;
    return leading.refuses(plan) ?? other.refuses(plan);
  }

  async *play(plans: readonly Plan[]): AsyncGenerator<Played> {
    const settling = plans.map((plan): Plan => ({ ...plan, settles: true }));
    const { leading, other } = this.#pair;
    const players = [leading, other].map((each) => each.play(settling)[Symbol.asyncIterator]());
    try {
      for (const plan of settling) {
        const [led, followed] = await Promise.all(players.map((player) => player.next()));
        if (led!.done || followed!.done) return;
        yield this.#together(plan, led!.value, followed!.value);
      }
    } finally {
      await Promise.all(players.map((player) => player.return?.()));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pair.leading.close(), this.#pair.other.close()]);
  }

  #together(plan: Plan, led: Played, followed: Played): Played {
    if (followed.kind !== 'played') return followed;
    if (led.kind !== 'played') return { ...led, what: `${this.#pair.leading.name}: ${led.what}` };
    try {
      return { ...followed, expected: expectedBy(led.observations, plan, this.#reference) };
    } catch (error) {
      return ownError('the model', error);
    }
  }
}

function expectedBy(observations: readonly Observation[], plan: Plan, reference: Reference): Expected {
  const clock = observations.map(({ jiffies }) => jiffies);
  const model = reference.playAt(plan, clock);
  return {
    observations: observations.map((observation, index) => ({
      ...observation,
      ...openIn(observation, model.observations[index]!),
    })),
    traces: model.traces,
  };
}

function openIn({ emitted }: Observation, model: Observation): Partial<Observation> {
  const { undetermined } = model;
  return { emitted: withOpenFields(emitted, model.emitted), ...(undetermined && { undetermined }) };
}

/** What the model leaves open of a frame is open in the same frame of the kernel; of none where the model has no such frame. */
function withOpenFields(frames: readonly Emitted[], model: readonly Emitted[]): Emitted[] {
  return frames.map((emitted) => {
    const twin = model.find(({ link, frame, open = [] }) => {
      const same = withoutOpenFields(frame, open);
      return link === emitted.link && Buffer.compare(same, withoutOpenFields(emitted.frame, open)) === 0;
    });
    return twin?.open ? { ...emitted, open: twin.open } : emitted;
  });
}

/** The pair as a subject of its own; each time it is opened both are fresh. */
export function pairSubject(leading: Subject, other: Subject, referenceFor: ReferenceFor): Subject {
  return {
    name: other.name,
    open: async () => {
      const pair = { leading: await leading.open(), other: await other.open() };
      return new PairDirector(pair, referenceFor);
    },
  };
}
