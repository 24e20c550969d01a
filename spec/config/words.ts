import { type Advice, type Place, TextError } from './text-error.ts';

/** A piece of text between blanks, and where it stands. */
export interface Word extends Place {
  readonly text: string;
}

const START: Place = { line: 1, column: 1 };

/** Splits a line as iptables-restore does: blanks separate, double quotes keep blanks together. */
export function splitWords(line: string, at: Place = START): Word[] {
  const words: Word[] = [];
  for (const found of line.matchAll(/"((?:\\.|[^"\\])*)"|\S+/g)) {
    const text = found[1] === undefined ? found[0] : found[1].replace(/\\(.)/g, '$1');
    words.push({ text, line: at.line, column: at.column + found.index });
  }
  return words;
}

/** The lines of a text, each with its place. */
export function splitLines(text: string): Word[] {
  return text.split(/\r?\n/).map((line, index) => ({ text: line, line: index + 1, column: 1 }));
}

/** Reads words one by one. `--name=value` counts as two words, as getopt_long and popt take it. */
export class WordReader {
  readonly #words: readonly Word[];
  readonly #end: Place;
  #at = 0;

  constructor(line: string, at: Place = START) {
    this.#words = splitWords(line, at).flatMap(splitLongOption);
    this.#end = { line: at.line, column: at.column + line.trimEnd().length };
  }

  get done(): boolean {
    return this.#at >= this.#words.length;
  }

  /** Where the next word stands, or the end of the line. */
  get place(): Place {
    return this.#words[this.#at] ?? this.#end;
  }

  peek(ahead = 0): string | undefined {
    return this.#words[this.#at + ahead]?.text;
  }

  /** Skips the next word if it is this one. */
  skip(text: string): boolean {
    if (this.peek() !== text) return false;
    this.#at += 1;
    return true;
  }

  /** The next word; when the line has ended, `missing` names what should stand there. */
  next(missing: string, advice: Advice = {}): Word {
    const word = this.#words[this.#at];
    if (!word) throw new TextError(this.#end, `${missing} is missing`, advice);
    this.#at += 1;
    return word;
  }
}

function splitLongOption(word: Word): Word[] {
  const found = /^(--[a-z][a-z-]*)=(.*)$/s.exec(word.text);
  if (!found) return [word];
  const value = { text: found[2]!, line: word.line, column: word.column + found[1]!.length + 1 };
  return [{ ...word, text: found[1]! }, value];
}
