import { type Heard, hear, type Judged, judgeHeard } from './judge.ts';
import type { ReferenceFor } from './lead.ts';
import { clocksCannotAgree, settled, together } from './pair.ts';
import { isPair, type PairSubject } from './pair-director.ts';
import type { Plan } from './plan.ts';
import { Seat, type Subject } from './seat.ts';

export interface CompanyOptions {
  /** Who is judged; a pair is judged by both of its own, who may be in other pairs too. */
  readonly subjects: readonly (Subject | PairSubject)[];
  /** Directors of each kind that play at the same time. */
  readonly jobs: number;
  readonly referenceFor: ReferenceFor;
}

/** All directors of a run, who play the same plans at the same time: each plan once, however many it is compared with. */
export class Company {
  readonly #options: CompanyOptions;
  readonly #seats: ReadonlyMap<Subject, readonly Seat[]>;
  readonly #aside: ReadonlyMap<Subject, Seat>;

  constructor(options: CompanyOptions) {
    const { subjects, jobs, referenceFor } = options;
    this.#options = options;
    const players = [...new Set(subjects.flatMap(playersOf))];
    const seatsOf = (player: Subject) => Array.from({ length: jobs }, () => new Seat(player, referenceFor));
    this.#seats = new Map(players.map((player) => [player, seatsOf(player)]));
    this.#aside = new Map(
      subjects.map((each) => [each, this.#seats.get(each)?.[0] ?? new Seat(each, referenceFor)]),
    );
  }

  /** Where a subject plays alone, for looking into what it did; a pair has directors of its own there. */
  aside(subject: Subject): Seat {
    return this.#aside.get(subject)!;
  }

  /** For each subject its results, in the order of the plans, each as soon as it is there. */
  judge(plans: readonly Plan[]): Promise<Judged>[][] {
    const { subjects, referenceFor } = this.#options;
    const given = subjects.some(isPair) ? plans.map(settled) : plans;
    const heard = new Map([...this.#seats].map(([player, seats]) => [player, shared(seats, given)]));
    const judged = async (subject: Subject, place: number): Promise<Judged> => {
      const parts = playersOf(subject).map((player) => heard.get(player)![place]!);
      const [first, second] = await Promise.all(parts);
      return second ? judgePair(first!, second, referenceFor) : judgeHeard(first!);
    };
    return subjects.map((subject) => plans.map((_, place) => judged(subject, place)));
  }

  async retire(): Promise<void> {
    const all = new Set([...this.#aside.values(), ...[...this.#seats.values()].flat()]);
    await Promise.all([...all].map((seat) => seat.retire()));
  }
}

function playersOf(subject: Subject | PairSubject): Subject[] {
  return isPair(subject) ? [subject.leading, subject.other] : [subject];
}

/** Shares the plans among the seats like cards; results in the order of the plans, each as soon as it is there. */
function shared(seats: readonly Seat[], plans: readonly Plan[]): Promise<Heard>[] {
  const hands = seats.map((seat, hand) =>
    hear(
      seat,
      plans.filter((_, place) => place % seats.length === hand),
    ),
  );
  return plans.map(async (_, place) => {
    const { value, done } = await hands[place % seats.length]!.next();
    if (done) throw new Error('a plan was not played');
    return value;
  });
}

function judgePair(led: Heard, followed: Heard, referenceFor: ReferenceFor): Judged {
  const pair = { leading: led.director, other: followed.director };
  const reason = clocksCannotAgree(pair);
  if (reason !== undefined) return { kind: 'unsupported', reason };
  const [one, two] = [led.played, followed.played];
  if (one.kind === 'unsupported') return one;
  if (two.kind === 'unsupported') return two;
  const both = { ...pair, plan: followed.plan, led: one, followed: two, referenceFor };
  return judgeHeard({ ...followed, played: together(both) });
}
