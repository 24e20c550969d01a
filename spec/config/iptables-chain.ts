import { hint } from './address-text.ts';
import type { RulePlace } from './iptables-draft.ts';
import {
  NAT_CHAINS,
  TARGET_NAMES,
  type TargetName,
  targetsOf,
  UNMODELLED_TARGETS,
} from './iptables-options.ts';
import { didYouMean } from './nearest.ts';
import { BUILT_IN_CHAINS, NAT_TARGETS, type TableName, type Target } from './rules.ts';
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
 * is a chain that may not exist, and the director shall say so. A target's own options come after it.
 */
export function parseTarget(word: Word, where: RulePlace): Target {
  const known = TARGET_NAMES.find((name) => name === word.text);
  if (known && !targetsOf(where.table).includes(known))
    throw new TextError(word, `target ${known} cannot stand in table ${where.table}`, allowedIn(where));
  const nat = NAT_TARGETS.find((name) => name === known);
  if (nat && isBuiltIn(where.table, where.chain) && !NAT_CHAINS[nat].includes(where.chain))
    throw new TextError(word, `target ${nat} cannot stand in ${where.chain}`, {
      allowed: `${nat} in ${NAT_CHAINS[nat].join(' ')}`,
    });
  if (known) return WITHOUT_OPTIONS[known];
  if (UNMODELLED_TARGETS.includes(word.text))
    throw new TextError(word, `target ${word.text} is not modelled`, allowedIn(where));
  return { kind: 'jump', chain: parseChainTarget(word, where) };
}

/** What a target is before its options are read; those that cannot do without are completed or refused at the end. */
const WITHOUT_OPTIONS: Readonly<Record<TargetName, Target>> = {
  ACCEPT: { kind: 'ACCEPT' },
  DROP: { kind: 'DROP' },
  RETURN: { kind: 'RETURN' },
  REJECT: { kind: 'REJECT', with: 'icmp-port-unreachable' },
  MARK: { kind: 'MARK', value: 0, mask: 0 },
  CONNMARK: { kind: 'CONNMARK', op: 'set', value: 0, mask: 0 },
  CT: { kind: 'CT', notrack: true },
  LOG: { kind: 'LOG' },
  NFLOG: { kind: 'NFLOG' },
  TOS: { kind: 'TOS', value: 0, mask: 0 },
  DSCP: { kind: 'DSCP', dscp: 0 },
  TCPMSS: { kind: 'TCPMSS' },
  SNAT: { kind: 'SNAT', to: {} },
  DNAT: { kind: 'DNAT', to: {} },
  MASQUERADE: { kind: 'MASQUERADE', to: {} },
  REDIRECT: { kind: 'REDIRECT', to: {} },
};

/** What `-g` names, and `-j` when it is no target. */
export function parseChainTarget(word: Word, where: RulePlace): string {
  const { chains, table } = where;
  if (isBuiltIn(table, word.text))
    throw new TextError(word, `a rule cannot jump to the built-in chain ${word.text}`, allowedIn(where));
  if (chains.includes(word.text)) return word.text;
  const meant = didYouMean(word.text, [...targetsOf(table), ...userChains(where)]);
  if (chains.length > 0 && meant !== undefined)
    throw new TextError(word, `"${word.text}" is no target and no chain`, {
      ...allowedIn(where),
      ...hint(meant),
    });
  checkChainName(word);
  return word.text;
}

function allowedIn(where: RulePlace): { allowed: string } {
  return { allowed: [...targetsOf(where.table), ...userChains(where)].join(' ') };
}

function userChains({ chains, table }: RulePlace): string[] {
  return chains.filter((chain) => !isBuiltIn(table, chain));
}
