import { InputError } from '../errors.ts';
import type { Subject } from '../play/seat.ts';
import type { Progress } from '../system/progress.ts';

/** What `--on` and `--kernel` say, each in the order given. */
export interface Wanted {
  readonly on: readonly string[];
  readonly kernel: readonly string[];
}

export const DEFAULT_DIRECTOR = 'microvm';
const ALLOWED = 'model, broken:ID, microvm, microvm:KERNEL';

/** Each director that is asked for, once. */
export function namesOf({ on, kernel }: Wanted): string[] {
  const named = [...on, ...kernel.map((each) => `microvm:${each}`)];
  return [...new Set(named.length === 0 ? [DEFAULT_DIRECTOR] : named)];
}

/** The directors that a command is about. Files of a kind of director are loaded only when it is asked for. */
export async function subjectsOf(wanted: Wanted, progress: Progress): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const name of namesOf(wanted)) subjects.push(await subjectOf(name, progress));
  return subjects;
}

async function subjectOf(name: string, progress: Progress): Promise<Subject> {
  const [kind, rest] = splitOnce(name, ':');
  if (kind === 'model' && rest === undefined) return (await import('./model-subjects.ts')).modelSubject();
  if (kind === 'broken' && rest) return (await import('./model-subjects.ts')).brokenSubject(rest);
  if (kind === 'microvm' && rest !== '')
    return (await import('./microvm-subject.ts')).microvmSubject(name, rest, progress);
  throw new InputError(`--on ${name}: no such director; allowed: ${ALLOWED}`);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
