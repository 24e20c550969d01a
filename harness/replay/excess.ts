import { inputError } from './input-error.ts';

/**
 * What a file may measure. The YAML library goes on after an error, and each of hundreds of thousands costs time;
 * within these limits nothing that anybody feeds in takes more than a few seconds.
 */
const MOST_CHARACTERS = 256 * 1024;
const MOST_LINES = 10_000;
const LONGEST_LINE = 5000;
const DEEPEST_BRACKETS = 200;
const DEEPEST_INDENTATION = 400;

export function refuseExcess(text: string, lines: readonly string[], file: string): void {
  const excess = findExcess(text, lines);
  if (excess)
    throw inputError(
      { file },
      { line: excess.line + 1, column: 1 },
      `${excess.what}; allowed: ${excess.allowed}`,
    );
}

interface Excess {
  /** Counts from 0. */
  readonly line: number;
  readonly what: string;
  readonly allowed: string;
}

function findExcess(text: string, lines: readonly string[]): Excess | undefined {
  if (text.length > MOST_CHARACTERS)
    return { line: 0, what: 'the file is too long', allowed: `${MOST_CHARACTERS} characters` };
  if (lines.length > MOST_LINES)
    return { line: MOST_LINES, what: 'the file has too many lines', allowed: `${MOST_LINES}` };
  const long = lines.findIndex((line) => line.length > LONGEST_LINE);
  if (long >= 0) return { line: long, what: 'the line is too long', allowed: `${LONGEST_LINE} characters` };
  // Indicators count as indentation: each opens a level.
  const deep = lines.findIndex((line) => /^[\s\-?:]*/.exec(line)![0].length > DEEPEST_INDENTATION);
  if (deep >= 0)
    return { line: deep, what: 'the line is indented too far', allowed: `${DEEPEST_INDENTATION} columns` };
  const nested = deepBrackets(lines);
  return nested < 0
    ? undefined
    : { line: nested, what: 'brackets are nested too deeply', allowed: `${DEEPEST_BRACKETS} levels` };
}

/** The line in which too many brackets are open; texts in which brackets come in pairs never have many. */
function deepBrackets(lines: readonly string[]): number {
  let depth = 0;
  return lines.findIndex((line) => {
    let deepest = depth;
    for (const [bracket] of line.matchAll(/[[\]{}]/g)) {
      depth = '[{'.includes(bracket) ? depth + 1 : Math.max(0, depth - 1);
      deepest = Math.max(deepest, depth);
    }
    return deepest > DEEPEST_BRACKETS;
  });
}
