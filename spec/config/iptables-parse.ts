import { hint } from './address-text.ts';
import type { IptablesCommand } from './commands.ts';
import { checkChainName, isBuiltIn } from './iptables-chain.ts';
import { parseRule } from './iptables-rule-parse.ts';
import { didYouMean } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import { BUILT_IN_CHAINS, TABLE_NAMES, type TableName } from './rules.ts';
import { parsePolicy } from './ruleset-parse.ts';
import { TextError } from './text-error.ts';
import type { Word, WordReader } from './words.ts';

type Op = IptablesCommand['op'];

// biome-ignore format: a table is read row by row.
const COMMANDS: readonly { readonly names: readonly [string, string]; readonly op: Op }[] = [
  { names: ['-A', '--append'],  op: 'append' },
  { names: ['-I', '--insert'],  op: 'insert' },
  { names: ['-R', '--replace'], op: 'replace' },
  { names: ['-D', '--delete'],  op: 'delete' },
  { names: ['-F', '--flush'],   op: 'flush' },
  { names: ['-P', '--policy'],  op: 'policy' },
];

/** Commands of the real tool that the model does not follow. */
const UNMODELLED: ReadonlyMap<string, string> = new Map([
  ['-N', 'making a chain'],
  ['--new-chain', 'making a chain'],
  ['-X', 'removing a chain'],
  ['--delete-chain', 'removing a chain'],
  ['-E', 'renaming a chain'],
  ['--rename-chain', 'renaming a chain'],
  ['-Z', 'resetting counters'],
  ['--zero', 'resetting counters'],
  ['-L', 'listing'],
  ['--list', 'listing'],
  ['-S', 'listing'],
  ['--list-rules', 'listing'],
  ['-C', 'checking'],
  ['--check', 'checking'],
]);

const POSITION = { min: 1, max: 1_000_000 };

/** What follows `iptables` on a command line. `chains` are those of the director, when they are known. */
export function parseIptablesArguments(reader: WordReader, chains: readonly string[]): IptablesCommand {
  const table = parseTable(reader);
  const word = reader.next('the command', { allowed: NAMES });
  const row = COMMANDS.find(({ names }) => names.includes(word.text));
  if (!row) throw unknownCommand(word);
  const chain = reader.next('the chain', {
    allowed: chains.join(' ') || `${BUILT_IN_CHAINS[table].join(' ')} or your own`,
  });
  return parseRest(row.op, { table, chain, reader, chains });
}

const NAMES = COMMANDS.map(({ names }) => names[0]).join(' ');

function parseTable(reader: WordReader): TableName {
  if (!reader.skip('-t') && !reader.skip('--table')) return 'filter';
  const word = reader.next('the table', { allowed: TABLE_NAMES.join(' ') });
  const name = TABLE_NAMES.find((table) => table === word.text);
  if (name) return name;
  throw new TextError(word, `"${word.text}" is no table`, {
    allowed: TABLE_NAMES.join(' '),
    ...hint(didYouMean(word.text, TABLE_NAMES)),
  });
}

function unknownCommand(word: Word): TextError {
  const what = UNMODELLED.get(word.text);
  return new TextError(
    word,
    what ? `${word.text} (${what}) is not modelled` : `"${word.text}" is no command of iptables`,
    {
      allowed: NAMES,
      ...hint(
        what
          ? undefined
          : didYouMean(
              word.text,
              COMMANDS.flatMap(({ names }) => names),
            ),
      ),
    },
  );
}

interface Rest {
  readonly table: TableName;
  readonly chain: Word;
  readonly reader: WordReader;
  readonly chains: readonly string[];
}

function parseRest(op: Op, { table, chain, reader, chains }: Rest): IptablesCommand {
  const base = { tool: 'iptables', table, chain: checkedChain(chain, chains) } as const;
  const rule = () => parseRule(reader, { table, chain: chain.text, chains });
  switch (op) {
    case 'append':
      return { ...base, op, rule: rule() };
    case 'insert':
      return {
        ...base,
        op,
        position: /^\d/.test(reader.peek() ?? '') ? parsePosition(reader) : 1,
        rule: rule(),
      };
    case 'replace':
      return { ...base, op, position: parsePosition(reader), rule: rule() };
    case 'delete':
      return { ...base, op, position: parsePosition(reader) };
    case 'flush':
      return { ...base, op };
    case 'policy':
      return { ...base, op, policy: chainPolicy(chain, reader, table) };
  }
}

/** A name that is nearly a chain's is a slip; any other is the director's to refuse. */
function checkedChain(word: Word, chains: readonly string[]): string {
  const meant = chains.includes(word.text) ? undefined : didYouMean(word.text, chains);
  if (meant === undefined) {
    if (!chains.includes(word.text)) checkChainName(word);
    return word.text;
  }
  throw new TextError(word, `there is no chain ${word.text}`, { allowed: chains.join(' '), hint: meant });
}

function parsePosition(reader: WordReader): number {
  const word = reader.next('the number of the rule', { allowed: 'a number from 1 on' });
  if (word.text.startsWith('-') || word.text === '!')
    throw new TextError(word, 'a rule is named by its number only', { allowed: 'a number from 1 on' });
  return parseNumber(word, 'number of a rule', POSITION);
}

function chainPolicy(chain: Word, reader: WordReader, table: TableName): 'ACCEPT' | 'DROP' {
  if (!isBuiltIn(table, chain.text))
    throw new TextError(chain, `${chain.text} has no policy`, { allowed: BUILT_IN_CHAINS[table].join(' ') });
  return parsePolicy(reader.next('the policy', { allowed: 'ACCEPT DROP' }));
}
