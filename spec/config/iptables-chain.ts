import { hint } from './address-text.ts';
import { TARGET_NAMES, UNMODELLED_TARGETS } from './iptables-options.ts';
import { didYouMean } from './nearest.ts';
import { BUILT_IN_CHAINS, type TableName, type Target } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** XT_EXTENSION_MAXNAMELEN less the final zero. */
const LONGEST_NAME = 28;

export function isBuiltIn(table: TableName, chain: string): boolean {
  return BUILT_IN_CHAINS[table].includes(chain);
}

/** Whether iptables takes the name for a chain of the user's. */
export function checkChainName(word: Word): void {
  const taken = [...TARGET_NAMES, ...UNMODELLED_TARGETS].includes(word.text);
  if (/^[^-!\s][^\s]*$/.test(word.text) && word.text.length <= LONGEST_NAME && !taken) return;
  throw new TextError(word, taken ? `${word.text} is a target` : `"${word.text}" is no name for a chain`, {
    allowed: `up to ${LONGEST_NAME} characters, no blanks, not beginning with - or !, not the name of a target`,
  });
}

/**
 * What `-j` names. Where the chains are known, a word that is none of them and nearly a target is a slip; any other
 * is a chain that may not exist, and the director shall say so.
 */
export function parseTarget(word: Word, chains: readonly string[]): Target {
  const known = TARGET_NAMES.find((name) => name === word.text);
  if (known === 'REJECT') return { kind: 'REJECT', with: 'icmp-port-unreachable' };
  if (known) return { kind: known };
  if (UNMODELLED_TARGETS.includes(word.text))
    throw new TextError(word, `target ${word.text} is not modelled`, {
      allowed: [...TARGET_NAMES, ...userChains(chains)].join(' '),
    });
  return { kind: 'jump', chain: parseChainTarget(word, chains) };
}

/** What `-g` names, and `-j` when it is no target. */
export function parseChainTarget(word: Word, chains: readonly string[]): string {
  if (isBuiltIn('filter', word.text))
    throw new TextError(word, `a rule cannot jump to the built-in chain ${word.text}`, {
      allowed: [...TARGET_NAMES, ...userChains(chains)].join(' '),
    });
  if (chains.includes(word.text)) return word.text;
  const meant = didYouMean(word.text, [...TARGET_NAMES, ...userChains(chains)]);
  if (chains.length > 0 && meant !== undefined)
    throw new TextError(word, `"${word.text}" is no target and no chain`, {
      allowed: [...TARGET_NAMES, ...userChains(chains)].join(' '),
      ...hint(meant),
    });
  checkChainName(word);
  return word.text;
}

function userChains(chains: readonly string[]): string[] {
  return chains.filter((chain) => !isBuiltIn('filter', chain));
}
