import { signatureOf } from '../compare/words.ts';
import { type Failure, type Judged, judgeOne } from './judge.ts';
import type { ReferenceFor } from './lead.ts';
import type { Plan } from './plan.ts';
import { Seat, type Subject } from './seat.ts';

export const CONFIRMATIONS = 3;

export type Confirmed = { readonly kind: 'same'; readonly failure: Failure } | NotTheSame;
export interface NotTheSame {
  readonly kind: 'not reproducible';
  /** What came out instead, in words. */
  readonly what: string;
  readonly console: string;
}

/**
 * Plays the plan again on freshly booted directors: a divergence that depends on what was played before it, or on
 * the machine, is ours and not the kernel's (DESIGN 7).
 */
export async function confirm(
  subject: Subject,
  referenceFor: ReferenceFor,
  plan: Plan,
  failure: string,
): Promise<Confirmed> {
  let confirmed: Failure | undefined;
  for (let time = 1; time <= CONFIRMATIONS; time++) {
    const judged = await playFresh(new Seat(subject, referenceFor), plan);
    if (!isFailure(judged) || failureOf(judged) !== failure) return different(failure, judged, time);
    confirmed = judged;
  }
  return { kind: 'same', failure: confirmed! };
}

export function isFailure(judged: Judged): judged is Failure {
  return judged.kind === 'differs' || judged.kind === 'crash';
}

/** What makes two failures the same: a named change, a divergence's signature or a crash's fingerprint. */
export function failureOf(failure: Failure): string {
  if (failure.kind === 'crash') return `crash ${failure.fingerprint}`;
  const { changes = [], differences } = failure.divergence;
  return changes.length > 0 ? `change ${changes.join(' ')}` : signatureOf(differences);
}

async function playFresh(seat: Seat, plan: Plan): Promise<Judged> {
  try {
    return await judgeOne(seat, plan);
  } finally {
    await seat.close();
  }
}

function different(failure: string, judged: Judged, time: number): NotTheSame {
  return {
    kind: 'not reproducible',
    what: `"${failure}" is not reproducible: time ${time} of ${CONFIRMATIONS} from a fresh boot gave "${inBrief(judged)}"`,
    console: 'console' in judged ? judged.console : '',
  };
}

function inBrief(judged: Judged): string {
  if (isFailure(judged)) return failureOf(judged);
  return judged.kind === 'infra-error' ? `infra-error: ${judged.what}` : judged.kind;
}
