import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** A statement of nft, or a block: what stands before its brace, and the statements in it. */
export interface NftBlock {
  readonly words: readonly Word[];
  readonly inside: readonly NftBlock[];
}

/** What may stand in a table; rules, which stand in chains, have braces for their sets only. */
const BLOCKS = ['chain', 'set', 'map', 'flowtable', 'counter', 'quota', 'ct', 'limit', 'synproxy'];

/** The text of `nft list ruleset` in its blocks. Statements end with their line or a semicolon, not within braces. */
export function nftBlocks(text: string): NftBlock[] {
  const open: { words: Word[]; inside: NftBlock[] }[] = [{ words: [], inside: [] }];
  let words: Word[] = [];
  let braces = 0;
  const settled = (): void => {
    if (words.length > 0) open.at(-1)!.inside.push({ words, inside: [] });
    words = [];
  };
  for (const word of nftWords(text)) {
    const ends = braces === 0 && (word.text === ';' || word.line !== words[0]?.line);
    if (ends) settled();
    if (word.text === ';' && braces === 0) continue;
    if (word.text === '{' && braces === 0 && isBlock(words, open.length)) {
      if (words.length === 0) throw new TextError(word, 'a block has no name');
      open.push({ words, inside: [] });
      words = [];
    } else if (word.text === '}' && braces === 0) {
      settled();
      const closed = open.pop()!;
      if (open.length === 0) throw new TextError(word, '} closes nothing', { hint: 'remove it' });
      open.at(-1)!.inside.push(closed);
    } else {
      if (word.text === '{') braces += 1;
      if (word.text === '}') braces -= 1;
      words.push(word);
    }
  }
  settled();
  const [whole, unclosed] = open;
  if (unclosed || braces > 0)
    throw new TextError(unclosed?.words[0] ?? { line: 1, column: 1 }, 'the block is not closed', {
      hint: 'add }',
    });
  return whole!.inside;
}

function isBlock(words: readonly Word[], depth: number): boolean {
  const first = words[0]?.text ?? '';
  return depth === 1 || (depth === 2 && BLOCKS.includes(first));
}

/** Signs that stand alone are words; # begins a comment. */
function nftWords(text: string): Word[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const words: Word[] = [];
    for (const found of line.matchAll(
      /"([^"]*)"|#.*|[{},;()|&/]|[!=<>]=?|[^\s{},;()|&"!=<>#/]+(?:\/\d+)?/g,
    )) {
      if (found[0].startsWith('#')) break;
      words.push({ text: found[1] ?? found[0], line: index + 1, column: found.index + 1 });
    }
    return words;
  });
}
