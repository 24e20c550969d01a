import type { Director, Played } from '../directors/director.ts';
import type { ReferenceFor } from './lead.ts';
import { clocksCannotAgree, type Pair, settled, together } from './pair.ts';
import type { Plan } from './plan.ts';
import type { Subject } from './seat.ts';

/**
 * Two directors as one, for comparing them with each other: each plan is played on both, and what the first did is
 * handed on as what was expected of the second.
 */
export class PairDirector implements Director {
  readonly name: string;
  readonly kernel: Director['kernel'];
  readonly #pair: Pair;
  readonly #referenceFor: ReferenceFor;

  constructor(pair: Pair, referenceFor: ReferenceFor) {
    this.name = pair.other.name;
    this.kernel = pair.other.kernel;
    this.#pair = pair;
    this.#referenceFor = referenceFor;
  }

  refuses(plan: Plan): string | undefined {
    const { leading, other } = this.#pair;
    return clocksCannotAgree(this.#pair) ?? leading.refuses(plan) ?? other.refuses(plan);
  }

  async *play(plans: readonly Plan[]): AsyncGenerator<Played> {
    const settling = plans.map(settled);
    const { leading, other } = this.#pair;
    const players = [leading, other].map((each) => each.play(settling)[Symbol.asyncIterator]());
    try {
      for (const plan of settling) {
        const [led, followed] = await Promise.all(players.map((player) => player.next()));
        if (led!.done || followed!.done) return;
        const both = { led: led!.value, followed: followed!.value };
        yield together({ ...this.#pair, plan, ...both, referenceFor: this.#referenceFor });
      }
    } finally {
      await Promise.all(players.map((player) => player.return?.()));
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#pair.leading.close(), this.#pair.other.close()]);
  }
}

/** A subject that is compared with another one, and not with the model. */
export interface PairSubject extends Subject {
  readonly leading: Subject;
  readonly other: Subject;
}

/** The pair as a subject of its own; each time it is opened both are fresh. */
export function pairSubject(leading: Subject, other: Subject, referenceFor: ReferenceFor): PairSubject {
  return {
    ...{ name: other.name, leading, other },
    open: async () => {
      const pair = { leading: await leading.open(), other: await other.open() };
      return new PairDirector(pair, referenceFor);
    },
  };
}

export function isPair(subject: Subject | PairSubject): subject is PairSubject {
  return 'leading' in subject;
}

/** What a subject is compared with, as findings name it. */
export function referenceName(subject: Subject | PairSubject): string {
  return isPair(subject) ? subject.leading.name : 'model';
}
