import { hint } from './address-text.ts';
import { checkChainName, isBuiltIn } from './iptables-chain.ts';
import { parseRule } from './iptables-rule-parse.ts';
import { checkLoops, type Jump } from './jumps.ts';
import { didYouMean } from './nearest.ts';
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Rule,
  type Ruleset,
  TABLE_NAMES,
  type Table,
  type TableName,
} from './rules.ts';
import { TextError } from './text-error.ts';
import { splitLines, type Word, WordReader } from './words.ts';

/** More than anybody has; the search for loops goes as deep as there are chains. */
const MOST_CHAINS = 1000;

interface GrowingTable {
  readonly name: TableName;
  readonly at: Word;
  readonly chains: Map<string, { policy: Chain['policy']; rules: Rule[] }>;
  readonly jumps: Jump[];
}

/** What `iptables-save` printed, or somebody wrote in its place. Built-in chains that are not named accept. */
export function parseRuleset(text: string): Ruleset {
  const tables: Table[] = [];
  let open: GrowingTable | undefined;
  for (const line of splitLines(text)) {
    const first = /^\s*(\S?)/.exec(line.text)![1]!;
    if (first === '' || first === '#') continue;
    if (!open) open = openTable(line, tables);
    else if (line.text.trim() === 'COMMIT') {
      tables.push(closeTable(open));
      open = undefined;
    } else readLine(line, open);
  }
  if (open)
    throw new TextError(open.at, `table ${open.name} has no COMMIT`, {
      hint: 'add COMMIT after its last rule',
    });
  return { tables };
}

function openTable(line: Word, tables: readonly Table[]): GrowingTable {
  const word = new WordReader(line.text, line).next('a table');
  const name = TABLE_NAMES.find((table) => `*${table}` === word.text);
  if (name && tables.some((table) => table.name === name))
    throw new TextError(word, `table ${name} comes twice`, { hint: 'put its rules together' });
  if (!name) throw noTable(word);
  return { name, at: word, chains: emptyChains(name), jumps: [] };
}

function noTable(word: Word): TextError {
  const allowed = TABLE_NAMES.map((name) => `*${name}`);
  return new TextError(word, `"${word.text}" stands where a table begins`, {
    allowed: allowed.join(' '),
    ...hint(didYouMean(word.text, allowed)),
  });
}

function emptyChains(table: TableName): GrowingTable['chains'] {
  return new Map(BUILT_IN_CHAINS[table].map((chain) => [chain, { policy: 'ACCEPT', rules: [] }]));
}

function closeTable(table: GrowingTable): Table {
  checkLoops(table.jumps, BUILT_IN_CHAINS[table.name], [...table.chains.keys()]);
  const chains = [...table.chains].map(([name, { policy, rules }]) => ({
    name,
    ...(policy ? { policy } : {}),
    rules,
  }));
  return { name: table.name, chains };
}

function readLine(line: Word, table: GrowingTable): void {
  const reader = new WordReader(line.text, line);
  if (/^\[\d+:\d+\]$/.test(reader.peek()!)) reader.next('the counters');
  const word = reader.next('-A');
  if (word.text.startsWith(':')) declareChain(word, reader, table);
  else if (word.text === '-A' || word.text === '--append') appendRule(reader, table);
  else
    throw new TextError(word, `"${word.text}" does not begin a line of a table`, {
      allowed: ':CHAIN POLICY [0:0], -A CHAIN RULE, COMMIT',
    });
}

function declareChain(word: Word, reader: WordReader, table: GrowingTable): void {
  const name = word.text.slice(1);
  const policy = reader.next(`the policy of ${name}`, {
    allowed: 'ACCEPT DROP, or - for a chain of your own',
  });
  if (!reader.done) {
    const counters = reader.next('the counters');
    if (!/^\[\d+:\d+\]$/.test(counters.text) || !reader.done)
      throw new TextError(counters, `"${counters.text}" are no counters`, { allowed: '[0:0]' });
  }
  if (isBuiltIn(table.name, name)) table.chains.get(name)!.policy = parsePolicy(policy);
  else declareUserChain({ ...word, text: name, column: word.column + 1 }, policy, table);
}

export function parsePolicy(word: Word): 'ACCEPT' | 'DROP' {
  if (word.text === 'ACCEPT' || word.text === 'DROP') return word.text;
  throw new TextError(word, `"${word.text}" is no policy`, {
    allowed: 'ACCEPT DROP',
    ...hint(didYouMean(word.text, ['ACCEPT', 'DROP'])),
  });
}

function declareUserChain(name: Word, policy: Word, table: GrowingTable): void {
  checkChainName(name);
  if (table.chains.has(name.text))
    throw new TextError(name, `chain ${name.text} comes twice`, { hint: 'remove one of them' });
  if (table.chains.size >= MOST_CHAINS)
    throw new TextError(name, 'the table has too many chains', { allowed: `at most ${MOST_CHAINS}` });
  if (policy.text !== '-')
    throw new TextError(policy, `a chain of your own has no policy`, {
      allowed: '-',
      ...hint(didYouMean(name.text, BUILT_IN_CHAINS[table.name])),
    });
  table.chains.set(name.text, { policy: undefined, rules: [] });
}

function appendRule(reader: WordReader, table: GrowingTable): void {
  const name = reader.next('the chain');
  const chain = table.chains.get(name.text);
  const chains = [...table.chains.keys()];
  if (!chain)
    throw new TextError(name, `there is no chain ${name.text}`, {
      allowed: chains.join(' '),
      hint: didYouMean(name.text, chains) ?? `declare it above: :${name.text} - [0:0]`,
    });
  const at = reader.place;
  const rule = parseRule(reader, { table: table.name, chain: name.text, chains });
  chain.rules.push(rule);
  if (rule.target?.kind === 'jump' || rule.target?.kind === 'goto')
    table.jumps.push({ from: name.text, to: rule.target.chain, line: at.line, column: at.column });
}
