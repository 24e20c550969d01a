import { type Drafted, readDrafted } from './drafted.ts';
import { quoted } from './iptables-print.ts';
import { type NftBlock, nftBlocks } from './nft-blocks.ts';
import { type NftSets, rulesOfNft } from './nft-rule.ts';
import { type Ruleset, TABLE_NAMES, type TableName } from './rules.ts';
import { parseRuleset } from './ruleset-parse.ts';
import { TextError } from './text-error.ts';

/** `nft list ruleset` is told from iptables-save by its tables. */
export function isNftRuleset(text: string): boolean {
  return /^\s*table\s+\w+\s+\S+\s*\{/m.test(text);
}

/** Where a chain of nft stands in iptables. */
interface Base {
  readonly table: TableName;
  readonly chain: string;
  readonly policy: 'ACCEPT' | 'DROP';
}

interface Chain {
  readonly name: string;
  readonly line: number;
  readonly base: Base | undefined;
  readonly rules: readonly NftBlock[];
  readonly sets: NftSets;
  readonly siblings: ReadonlyMap<string, Chain>;
}

/** Families that see IPv4 packets on their way through the host. */
const FAMILIES = ['ip', 'inet'];

/** The rules of nft in the tables of iptables, as far as these can say the same. */
export function parseNftRuleset(text: string): Ruleset {
  const chains = nftBlocks(text)
    .filter(({ words }) => words[0]!.text === 'table' && FAMILIES.includes(words[1]?.text ?? ''))
    .flatMap(chainsOf);
  const drafted = TABLE_NAMES.flatMap((table) =>
    tableLines(
      table,
      chains.filter(({ base }) => base?.table === table),
    ),
  );
  return readDrafted(drafted, parseRuleset);
}

function chainsOf({ inside }: NftBlock): Chain[] {
  const sets = new Map(inside.filter(({ words }) => words[0]!.text === 'set').map(elementsOf));
  const siblings = new Map<string, Chain>();
  for (const { words, inside: lines } of inside) {
    if (words[0]!.text !== 'chain') continue;
    const name = words[1]?.text ?? '';
    const [type] = lines;
    const base = type?.words[0]?.text === 'type' ? baseOf(type, lines) : undefined;
    const rules = lines.filter(({ words: [first] }) => !['type', 'policy'].includes(first!.text));
    siblings.set(name, { name, line: words[0]!.line, base, rules, sets, siblings });
  }
  return [...siblings.values()];
}

function elementsOf({ words, inside }: NftBlock): [string, string[]] {
  const listed = inside.find(({ words: [first] }) => first?.text === 'elements')?.words ?? [];
  const elements = listed.slice(1).map(({ text }) => text);
  return [words[1]?.text ?? '', elements.filter((text) => !['{', '}', ',', '='].includes(text))];
}

const HOOKS: Readonly<Record<string, string>> = {
  ...{
    prerouting: 'PREROUTING',
    input: 'INPUT',
    forward: 'FORWARD',
    output: 'OUTPUT',
    postrouting: 'POSTROUTING',
  },
};

/** Tables of iptables by the priority at which nft has a chain. */
const PRIORITIES: Readonly<Record<string, TableName>> = {
  ...{ raw: 'raw', '-300': 'raw', mangle: 'mangle', '-150': 'mangle', filter: 'filter', '0': 'filter' },
};

/** `type filter hook input priority filter; policy drop;` */
function baseOf({ words }: NftBlock, lines: readonly NftBlock[]): Base {
  const after = (word: string) => words[words.findIndex(({ text }) => text === word) + 1];
  const [type, hook, priority] = [after('type'), after('hook'), after('priority')];
  const chain = HOOKS[hook?.text ?? ''];
  if (!chain || !hook)
    throw new TextError(hook ?? words[0]!, 'there is no such hook', {
      allowed: Object.keys(HOOKS).join(' '),
    });
  const table = type?.text === 'nat' ? 'nat' : PRIORITIES[priority?.text ?? ''];
  if (!table)
    throw new TextError(priority ?? words[0]!, `no table of iptables has priority ${priority?.text ?? ''}`, {
      allowed: Object.keys(PRIORITIES).join(' '),
    });
  const policy = lines.find(({ words: [first] }) => first!.text === 'policy')?.words[1]?.text;
  return { table, chain, policy: policy === 'drop' ? 'DROP' : 'ACCEPT' };
}

function tableLines(table: TableName, bases: readonly Chain[]): Drafted[] {
  if (bases.length === 0) return [];
  const seen = new Set<string | undefined>();
  for (const { base, line } of bases) {
    if (seen.has(base?.chain))
      throw new TextError({ line, column: 1 }, `there are two chains for ${base?.chain} in table ${table}`, {
        hint: 'put their rules into one',
      });
    seen.add(base?.chain);
  }
  const users = [...reachedFrom(bases)];
  const [{ line }] = bases as [Chain];
  return [
    { line, text: `*${table}` },
    ...bases.map(({ base, line }) => ({ line, text: `:${base!.chain} ${base!.policy} [0:0]` })),
    ...users.map(({ name, line }) => ({ line, text: `:${name} - [0:0]` })),
    ...bases.flatMap((chain) => ruleLines(chain, chain.base!.chain)),
    ...users.flatMap((chain) => ruleLines(chain, chain.name)),
    { line, text: 'COMMIT' },
  ];
}

/** The chains that rules of these jump to. */
function reachedFrom(bases: readonly Chain[]): Set<Chain> {
  const reached = new Set(bases);
  // What is added meanwhile is visited as well.
  for (const { rules, siblings } of reached)
    for (const { words } of rules)
      for (const [at, { text }] of words.entries()) {
        const next = ['jump', 'goto'].includes(text) && siblings.get(words[at + 1]?.text ?? '');
        if (next && !next.base) reached.add(next);
      }
  for (const chain of bases) reached.delete(chain);
  return reached;
}

function ruleLines({ rules, sets }: Chain, name: string): Drafted[] {
  return rules.flatMap(({ words }) =>
    rulesOfNft(words, sets).map((options) => ({
      line: words[0]!.line,
      text: ['-A', name, ...options].map(quoted).join(' '),
    })),
  );
}
