import { expect } from 'vitest';
import { TextError } from './text-error.ts';

/** Where a text is refused, line and column counted from 1, and in which words. */
export interface Refusal {
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

/** What every parser of a text owes to who wrote it. */
export function expectRefusal(parse: () => unknown, refusal: Refusal): void {
  expect(parse).toThrowError(TextError);
  expect(parse).toThrowError(expect.objectContaining(refusal));
}

/** The same, of words that are in the message. */
export function expectRefusalWith(parse: () => unknown, { message, ...place }: Refusal): void {
  expect(parse).toThrowError(TextError);
  expect(parse).toThrowError(
    expect.objectContaining({ ...place, message: expect.stringContaining(message) }),
  );
}
