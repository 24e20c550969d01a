import { isMap, isScalar, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from '../../spec/config/nearest.ts';
import { checkSysctlName } from '../../spec/config/sysctl-text.ts';
import { type Place, TextError } from '../../spec/config/text-error.ts';
import { SYSCTLS } from '../../spec/tables/sysctls.ts';
import type { InputError } from '../errors.ts';
import { inputError } from './input-error.ts';
import { KEYS } from './scenario-schema.ts';
import { placeOfNode, type YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  int: 'a whole number',
  number: 'a whole number',
};

/** What zod found wrong, said for the file: where, what, what is allowed, what to do next. */
export function shapeError(source: YamlSource, issues: readonly Issue[]): InputError {
  // A mistyped key is missing under its right name as well; the slip is what to name.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKey(source, issue.path, issue.keys[0]!);
    case 'invalid_union':
      return wrongStep(source, issue);
    default:
      return inputError(source, placeOfValue(source, issue.path), complaint(source, issue));
  }
}

function complaint(source: YamlSource, issue: Issue): string {
  const name = nameOf(issue.path);
  const value = valueAt(source, issue.path);
  if (issue.code === 'invalid_type') return wrongType(name, value, KINDS[issue.expected] ?? issue.expected);
  return `${name} cannot be ${show(value)}; allowed: ${allowedBy(issue)}`;
}

function allowedBy(issue: Issue): string {
  const row = issue.path.at(-2) === 'sysctls' && SYSCTLS.find(({ name }) => name === issue.path.at(-1));
  if (row) return `${row.min} to ${row.max}`;
  if (issue.code === 'invalid_format') return 'lower-case words joined by -, as in dr-fin-dropped';
  if (issue.code === 'too_big') return `at most ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === 'too_small') return `at least ${issue.minimum}${unitOf(issue.origin)}`;
  return issue.message;
}

function unitOf(origin: string): string {
  if (origin === 'array') return ' steps';
  return origin === 'string' ? ' characters' : '';
}

function wrongType(name: string, value: unknown, expected: string): string {
  if (value === undefined) return `${name} is missing; allowed: ${expected}; add ${name}:`;
  const quotes =
    expected === 'text' && ['number', 'boolean'].includes(typeof value) ? '; put it in quotes' : '';
  const block = ['services', 'rules'].includes(name) ? `; write ${name}: | and the lines below it` : '';
  return `${name} cannot be ${show(value)}; allowed: ${expected}${quotes || block}`;
}

/** Enough to know a value again. */
const LONGEST_SHOWN = 60;

function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  const text = String(value);
  const shown = JSON.stringify(text.slice(0, LONGEST_SHOWN));
  return text.length > LONGEST_SHOWN ? `${shown} and ${text.length - LONGEST_SHOWN} more characters` : shown;
}

function unknownKey(source: YamlSource, path: Path, key: string): InputError {
  const place = placeOfKey(source, path, key);
  if (path.at(-1) === 'sysctls') return inputError(source, place, unknownSysctl(key, place));
  const keys = KEYS[path.join('.')] ?? stepKeys(nodeAt(source, path));
  const meant = didYouMean(key, keys);
  return inputError(
    source,
    place,
    [`"${key}" is no key of ${nameOf(path)}`, `allowed: ${keys.join(', ')}`, meant]
      .filter(Boolean)
      .join('; '),
  );
}

const stepKeys = (step: unknown): readonly string[] =>
  isMap(step) && step.has('expect') ? ['expect', 'when'] : ['do', 'expect'];

function unknownSysctl(key: string, place: Place): string {
  try {
    checkSysctlName({ text: key, ...place });
  } catch (error) {
    if (error instanceof TextError) return error.message;
    throw error;
  }
  throw new Error(`sysctl ${key} is known to its table and unknown to the schema`);
}

/** A step is text or a mapping with `do` or `expect`; the complaint is about the one that was meant. */
function wrongStep(source: YamlSource, issue: Extract<Issue, { code: 'invalid_union' }>): InputError {
  const node = nodeAt(source, issue.path);
  const meant = isMap(node) ? (issue.errors[node.has('expect') ? 2 : 1] ?? []) : [];
  const whole = meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  if (whole.length > 0) return shapeError(source, whole);
  const value = show(valueAt(source, issue.path));
  return inputError(
    source,
    placeOfValue(source, issue.path),
    `a step cannot be ${value}; allowed: a segment, a wait (+0.1s), do: COMMAND, or expect: FACT`,
  );
}

function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'a scenario';
  return typeof last === 'number' ? `step ${last + 1}` : String(last);
}

function nodeAt({ document }: YamlSource, path: Path): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

function valueAt(source: YamlSource, path: Path): unknown {
  const node = nodeAt(source, path);
  if (isScalar(node)) return node.value;
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    source.document.toJS(),
  );
}

/** The value's place; of a missing one, that of the mapping it is missing from. */
function placeOfValue(source: YamlSource, path: Path): Place {
  const node = nodeAt(source, path) ?? nodeAt(source, path.slice(0, -1));
  return placeOfNode(source, node);
}

function placeOfKey(source: YamlSource, path: Path, key: string): Place {
  const map = nodeAt(source, path);
  const pair =
    isMap(map) && (map as YAMLMap).items.find((item) => isScalar(item.key) && item.key.value === key);
  return placeOfNode(source, pair ? pair.key : map);
}
