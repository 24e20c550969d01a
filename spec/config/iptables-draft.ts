import { SYN } from '../wire/tcp.ts';
import { checkLimit } from './iptables-limit.ts';
import { MULTIPORT_PROTOCOLS } from './iptables-options.ts';
import type { Protocol, ProtocolName } from './protocols.ts';
import { ANY_ICMP_TYPE, DEFAULT_LIMIT, type Match, type Rule, type TableName, type Target } from './rules.ts';
import { TextError } from './text-error.ts';
import type { Word } from './words.ts';

/** A rule while it is read, option by option. */
export type RuleDraft = { -readonly [Key in keyof Omit<Rule, 'matches'>]: Rule[Key] } & {
  matches: MatchDraft[];
  /** The word after -j or -g. */
  targetWord?: Word;
  /** The option that has said what the target does. */
  targetOption?: Word;
  /** The option that has said which ICMP message. */
  icmpType?: Word;
};

/** A match that was loaded with -m; its value comes with its option, only tcp needs none. */
export interface MatchDraft {
  readonly kind: Match['kind'];
  readonly at: Word;
  value: Match | undefined;
}

/** An option that is being read, and whether `!` stands before or after it. */
export interface Reading {
  readonly draft: RuleDraft;
  readonly option: Word;
  readonly inverted: boolean;
  readonly where: RulePlace;
  /** The next word, which belongs to the option. */
  value(): Word;
}

/** The table and chain that a rule is for, and the chains that exist when that is known (none when it is not). */
export interface RulePlace {
  readonly table: TableName;
  readonly chain: string;
  readonly chains: readonly string[];
}

const OPTION_OF = {
  state: '--state',
  conntrack: '--ctstate',
  multiport: '--ports',
  mark: '--mark',
  connmark: '--mark',
  ipvs: '--ipvs',
  comment: '--comment',
  length: '--length',
  ttl: '--ttl-eq',
  iprange: '--src-range or --dst-range',
  tos: '--tos',
  dscp: '--dscp',
  tcpmss: '--mss',
  addrtype: '--src-type or --dst-type',
} as const;

/** Targets that do nothing without one of these. */
const TARGET_OPTION: Partial<Record<Target['kind'], string>> = {
  MARK: '--set-mark',
  CONNMARK: '--set-mark, --save-mark or --restore-mark',
  CT: '--notrack or --helper',
  SNAT: '--to-source',
  DNAT: '--to-destination',
  TOS: '--set-tos',
  DSCP: '--set-dscp',
  TCPMSS: '--set-mss or --clamp-mss-to-pmtu',
};

/** The matches that say something without an option. */
const WITHOUT_OPTIONS: Partial<Record<Match['kind'], Match>> = {
  tcp: { kind: 'tcp' },
  udp: { kind: 'udp' },
  icmp: { kind: 'icmp', type: ANY_ICMP_TYPE, first: 0, last: 255, inverted: false },
  limit: { kind: 'limit', ...DEFAULT_LIMIT },
};

export function loadMatch(draft: RuleDraft, kind: Match['kind'], at: Word): MatchDraft {
  const match: MatchDraft = { kind, at, value: WITHOUT_OPTIONS[kind] };
  draft.matches.push(match);
  return match;
}

/** The rule, if its parts go together as iptables and the kernel demand. */
export function finishRule(draft: RuleDraft): Rule {
  const { matches, targetWord, targetOption, icmpType: _, ...rest } = draft;
  const rule = { ...rest, matches: matches.map((match) => finishMatch(match, draft)) };
  if (rule.target?.kind === 'REJECT' && rule.target.with === 'tcp-reset' && !isPlain(draft, ['tcp']))
    throw new TextError(targetWord!, '--reject-with tcp-reset is for TCP only', { hint: 'add -p tcp' });
  if (rule.target?.kind === 'TCPMSS' && !asksForSyn(rule))
    throw new TextError(targetWord!, '-j TCPMSS is for SYNs only', {
      hint: 'add -p tcp --tcp-flags SYN,RST SYN',
    });
  const missing = rule.target && TARGET_OPTION[rule.target.kind];
  if (missing && !targetOption)
    throw new TextError(targetWord!, `-j ${rule.target?.kind} has nothing to do`, { hint: `add ${missing}` });
  return rule;
}

/** The matches that are for one protocol alone. */
const PROTOCOL_OF: Partial<Record<Match['kind'], ProtocolName>> = {
  tcp: 'tcp',
  tcpmss: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
};

/** The kernel looks for a match on the flag (net/netfilter/xt_TCPMSS.c, find_syn_match). */
export function asksForSyn({ matches }: Pick<Rule, 'matches'>): boolean {
  return matches.some(
    (match) => match.kind === 'tcp' && match.flags && (match.flags.set & SYN) !== 0 && !match.flags.inverted,
  );
}

function finishMatch({ kind, at, value }: MatchDraft, draft: RuleDraft): Match {
  const protocol = PROTOCOL_OF[kind];
  if (protocol && !isPlain(draft, [protocol]))
    throw new TextError(at, `-m ${kind} is for ${protocol.toUpperCase()} only`, {
      hint: `add -p ${protocol}`,
    });
  if (kind === 'multiport' && !isPlain(draft, MULTIPORT_PROTOCOLS))
    throw new TextError(at, '-m multiport is for protocols with ports only', {
      allowed: MULTIPORT_PROTOCOLS.join(' '),
      hint: 'add -p tcp',
    });
  if (value?.kind === 'limit') checkLimit(value, at);
  if (value) return value;
  throw new TextError(at, `-m ${kind} has no condition`, {
    hint: `add ${OPTION_OF[kind as keyof typeof OPTION_OF]}`,
  });
}

/** Complains when an option that sets `before` comes again. */
export function once(before: unknown, option: Word): void {
  if (before === undefined) return;
  throw new TextError(option, `${option.text} is given twice`, { hint: 'remove one of them' });
}

/** Whether the rule is for one of these protocols, without `!`. */
export function isPlain({ protocol }: RuleDraft, protocols: readonly Protocol[]): boolean {
  return protocol !== undefined && !protocol.inverted && protocols.includes(protocol.protocol);
}
