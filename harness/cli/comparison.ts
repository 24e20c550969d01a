import { type KnownDifference, readKnownDifferences } from '../../suites/known-differences.ts';
import { pairSubject } from '../play/pair-director.ts';
import type { Subject } from '../play/seat.ts';
import { referenceFor } from './model-subjects.ts';

/** Who is played, and what it is compared with. */
export interface Comparison {
  /** As the summary names it. */
  readonly reference: string;
  readonly subjects: readonly Subject[];
  /** Differences that are accepted. */
  readonly known: readonly KnownDifference[];
}

const KNOWN_DIFFERENCES = new URL('../../suites/known-differences.yaml', import.meta.url);

/** Each director with the model of its kernel. */
export function withModel(subjects: readonly Subject[]): Comparison {
  return { reference: 'model', subjects, known: readKnownDifferences(KNOWN_DIFFERENCES) };
}

/** Each director with the first one. Nothing is accepted: what two kernels do differently is what was asked for. */
export function withFirst([first, ...others]: readonly Subject[]): Comparison {
  const subjects = others.map((other) => pairSubject(first!, other, referenceFor));
  return { reference: first!.name, subjects, known: [] };
}

/** Each director with the one before it: what changed on the way, each thing where it changed. */
export function withBefore([first, ...others]: readonly Subject[]): Comparison {
  const before = [first!, ...others];
  const subjects = others.map((other, index) => pairSubject(before[index]!, other, referenceFor));
  return { reference: subjects.length === 1 ? first!.name : 'the one before it', subjects, known: [] };
}
