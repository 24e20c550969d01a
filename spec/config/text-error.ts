/** Where a character stands; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What an administrator's text may say instead, and what to do next. */
export interface Advice {
  readonly allowed?: string;
  readonly hint?: string;
}

/** A word of thousands of letters is known again by its ends. */
const LONGEST = 1200;

function readable(part: string): string {
  return part.length > LONGEST ? `${part.slice(0, LONGEST / 2)} … ${part.slice(-LONGEST / 4)}` : part;
}

/** An administrator's text that cannot be read. The message is one line: what, what is allowed, what to do next. */
export class TextError extends Error {
  override name = 'TextError';
  readonly line: number;
  readonly column: number;
  readonly allowed: string | undefined;
  readonly hint: string | undefined;

  constructor(place: Place, what: string, advice: Advice = {}) {
    super(
      [what, advice.allowed && `allowed: ${advice.allowed}`, advice.hint]
        .flatMap((part) => (part ? [readable(part)] : []))
        .join('; '),
    );
    this.line = place.line;
    this.column = place.column;
    this.allowed = advice.allowed;
    this.hint = advice.hint;
  }
}
