import { InputError } from '../errors.ts';
import type { Subject } from '../play/seat.ts';
import type { Surroundings } from './surroundings.ts';

/** What `--on` and `--kernel` say, each in the order given. */
export interface Wanted {
  readonly on: readonly string[];
  readonly kernel: readonly string[];
  /** `--module`: files in place of the kernels' own. */
  readonly module: readonly string[];
}

export const DEFAULT_DIRECTOR = 'microvm';
const ALLOWED =
  'model, broken:ID, microvm, microvm:KERNEL[,MODULE.ko], container, container:IMAGE, container-vm, container-vm:KERNEL';
/** `--kernel host` is the kernel that runs already. */
const HOST = 'host';

/** Each director that is asked for, once; modules go into every kernel. */
export function namesOf(wanted: Wanted): string[] {
  return [...new Set(plainNames(wanted).map((name) => withModules(name, wanted.module)))];
}

/**
 * The same for a comparison of kernels, of which the first is left as it is: modules go into the others, or make
 * the other one of a single kernel.
 */
export function comparedNames(wanted: Wanted): string[] {
  const names = plainNames(wanted);
  const inRealTime = names.find((name) => splitOnce(name, ':')[0] === 'container');
  if (inRealTime !== undefined)
    throw new InputError(
      `${inRealTime} plays in real time, and its clock agrees with no other; lvscheck run compares it with the model`,
    );
  const [first, ...others] = names;
  const changed = others.length === 0 && wanted.module.length > 0 ? [first!] : others;
  return [...new Set([first!, ...changed.map((name) => withModules(name, wanted.module))])];
}

function plainNames({ on, kernel }: Wanted): string[] {
  const named = [...on, ...kernel.map((each) => (each === HOST ? 'container' : `microvm:${each}`))];
  return named.length === 0 ? [DEFAULT_DIRECTOR] : named;
}

function withModules(name: string, modules: readonly string[]): string {
  if (modules.length === 0) return name;
  for (const module of modules)
    if (!/\.ko(?:\.gz|\.xz|\.zst)?$/.test(module) || module.includes(','))
      throw new InputError(`--module ${module}: the name of a module ends in .ko, and has no comma`);
  const [kind] = splitOnce(name, ':');
  if (kind !== 'microvm' && kind !== 'container-vm')
    throw new InputError(`--module ${modules[0]}: ${name} has no modules, only kernels have`);
  return [name === kind ? `${kind}:default` : name, ...modules].join(',');
}

/** The directors of these names. Files of a kind of director are loaded only when it is asked for. */
export async function subjectsOf(names: readonly string[], surroundings: Surroundings): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const name of names) subjects.push(await subjectOf(name, surroundings));
  return subjects;
}

async function subjectOf(name: string, surroundings: Surroundings): Promise<Subject> {
  const [kind, rest] = splitOnce(name, ':');
  if (kind === 'model' && rest === undefined) return (await import('./model-subjects.ts')).modelSubject();
  if (kind === 'broken' && rest) return (await import('./model-subjects.ts')).brokenSubject(rest);
  if (kind === 'microvm' && rest !== '')
    return (await import('./microvm-subject.ts')).microvmSubject(name, rest, surroundings.voices.progress);
  if (kind === 'container-vm' && rest !== '')
    return (await import('./container-subject.ts')).containedMicrovmSubject(name, rest, surroundings);
  if (kind === 'container' && rest !== '')
    return (await import('./container-subject.ts')).containerSubject(name, rest, surroundings);
  throw new InputError(`--on ${name}: no such director; allowed: ${ALLOWED}`);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
