import type { Emitted } from '../../spec/observation.ts';
import { dissect, type Field, hexBytes, summarise } from '../../spec/wire/dissect.ts';
import type { Difference } from '../outcome.ts';
import { withoutOpenFields } from './open-fields.ts';

/**
 * What left the box: number, order, link and every byte. A difference is worded by header field, but found
 * by bytes. Which of two links was the first within a moment nobody can tell: the agent reads one TAP device after
 * the other. So order is the order on each link.
 */
export function compareFrames(expected: readonly Emitted[], actual: readonly Emitted[]): Difference[] {
  const [left, right] = [inOrderOfLinks(expected), inOrderOfLinks(actual)];
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, index) => compareFrame(index + 1, left[index], right[index])).flat();
}

/** Nearly always there is but one frame, or one link. */
function inOrderOfLinks(frames: readonly Emitted[]): readonly Emitted[] {
  const [first] = frames;
  if (frames.every(({ link }) => link === first?.link)) return frames;
  return [...frames].sort((one, other) => (one.link < other.link ? -1 : one.link > other.link ? 1 : 0));
}

function compareFrame(
  number: number,
  expected: Emitted | undefined,
  actual: Emitted | undefined,
): Difference[] {
  const where = `emitted frame ${number} to ${(expected ?? actual)!.link}`;
  const differs = (field: string, left: string, right: string): Difference => ({
    observable: 'frames',
    where,
    field,
    expected: left,
    actual: right,
  });
  if (!expected || !actual) return [differs('row', inWords(expected), inWords(actual))];
  const wrongLink = expected.link === actual.link ? [] : [differs('link', expected.link, actual.link)];
  const left = withoutOpenFields(expected.frame, expected.open);
  const right = withoutOpenFields(actual.frame, expected.open);
  return [...wrongLink, ...changedFields(left, right).map((field) => differs(...field))];
}

function inWords(emitted: Emitted | undefined): string {
  return emitted ? summarise(emitted.frame) : 'absent';
}

type Changed = [field: string, expected: string, actual: string];

function changedFields(expected: Uint8Array, actual: Uint8Array): Changed[] {
  if (sameBytes(expected, actual)) return [];
  const left = byName(dissect(expected));
  const right = byName(dissect(actual));
  const changed = [...new Set([...left.keys(), ...right.keys()])]
    .map((name): Changed => [name, left.get(name) ?? 'absent', right.get(name) ?? 'absent'])
    .filter(([, one, other]) => one !== other);
  // Two encodings of one meaning (options padded otherwise) have equal fields; bytes decide.
  return changed.length > 0 ? changed : [['bytes', hexBytes(expected), hexBytes(actual)]];
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function byName(fields: readonly Field[]): Map<string, string> {
  return new Map(fields.map(({ name, value }) => [name, value]));
}
