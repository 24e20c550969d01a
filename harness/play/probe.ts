import { inWords } from '../compare/words.ts';
import { confirm, failureOf, isFailure } from './confirm.ts';
import { type Failure, judgeOne } from './judge.ts';
import type { ReferenceFor } from './lead.ts';
import { referenceName } from './pair-director.ts';
import type { Plan } from './plan.ts';
import { Seat, type Subject } from './seat.ts';

/** Whether a director does the same as what it is compared with. */
export type Probed =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly headline: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Often enough that a director which only sometimes does the same is not taken for one that always does. */
const AGREEMENTS = 2;

/** Plays one plan on freshly booted directors until the answer is sure: the same difference 3 times, or none twice. */
export async function probe(subject: Subject, referenceFor: ReferenceFor, plan: Plan): Promise<Probed> {
  for (let time = 1; time <= AGREEMENTS; time++) {
    const seat = new Seat(subject, referenceFor);
    const judged = await judgeOne(seat, plan).finally(() => seat.close());
    if (judged.kind === 'unsupported') return { kind: 'unknown', why: judged.reason };
    if (judged.kind === 'infra-error') return { kind: 'unknown', why: judged.what };
    if (isFailure(judged)) return confirmed(subject, referenceFor, plan, judged);
  }
  return { kind: 'same' };
}

async function confirmed(
  subject: Subject,
  referenceFor: ReferenceFor,
  plan: Plan,
  failure: Failure,
): Promise<Probed> {
  const again = await confirm(subject, referenceFor, plan, failureOf(failure));
  if (again.kind === 'not reproducible') return { kind: 'unknown', why: again.what };
  return { kind: 'different', headline: headlineOf(failure, subject) };
}

function headlineOf(failure: Failure, subject: Subject): string {
  if (failure.kind === 'crash') return `crash: ${failure.what}`;
  const { step, differences } = failure.divergence;
  return `step ${step}: ${inWords(differences[0]!, subject.name, referenceName(subject))}`;
}
