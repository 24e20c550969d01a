import { TextError } from './text-error.ts';

/** A line in the words of one tool, made of a line in those of another. */
export interface Drafted {
  readonly text: string;
  /** The line that it was made of. */
  readonly line: number;
}

/** Reads drafted lines; whatever is wrong is wrong in the line that somebody wrote. */
export function readDrafted<T>(drafted: readonly Drafted[], read: (text: string) => T): T {
  try {
    return read(drafted.map(({ text }) => text).join('\n'));
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    const line = drafted[error.line - 1]?.line ?? drafted.at(-1)?.line ?? 1;
    const { allowed, hint } = error;
    const what = error.message.split('; ')[0]!;
    throw new TextError({ line, column: 1 }, what, {
      ...(allowed === undefined ? {} : { allowed }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
