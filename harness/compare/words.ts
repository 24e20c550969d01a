import type { Difference } from '../outcome.ts';

/**
 * One sentence of a difference: `emitted frame 1 to server, field tcp.sport: expected 80, microvm sent 8080`. Where
 * the reference is no model but a kernel, what it did is not what must be.
 */
export function inWords(
  { observable, where, field, expected, actual }: Difference,
  director: string,
  reference = 'model',
): string {
  const verb = observable === 'frames' ? 'sent' : 'shows';
  const place = field === 'row' ? where : `${where}, field ${field}`;
  const wanted = reference === 'model' ? `expected ${expected}` : `${reference} ${verb} ${expected}`;
  return `${place}: ${wanted}, ${director} ${verb} ${actual}`;
}

/**
 * What makes two failures the same while shrinking and grouping: the first difference's observable and field, with
 * the values where they are names and not numbers. Not the step, which shrinking moves.
 */
export function signatureOf(differences: readonly Difference[]): string {
  const first = differences[0];
  if (!first) throw new Error('a signature needs a difference');
  const { observable, field, expected, actual } = first;
  const named = NAMED_VALUES.has(field) ? ` ${expected} -> ${actual}` : '';
  const side = field === 'row' ? (actual === 'absent' ? ' missing' : ' too many') : '';
  return `${observable} ${field}${named}${side}`;
}

const NAMED_VALUES: ReadonlySet<string> = new Set(['state', 'link', 'forward', 'unreplied', 'assured']);
