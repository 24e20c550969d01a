import { parseRuleset } from '../../spec/config/ruleset-parse.ts';
import { BY_DIRECTOR, isPacket, type Scenario } from '../../spec/scenario.ts';
import type { ClaimId } from '../claims.ts';
import type { Moment } from './play.ts';

/**
 * What a report taught, said of every director instead of one. The model is held to it over random scenarios; real
 * kernels are held to the model over the same ones by the claim.
 */
export interface Sentence {
  /** Never renamed. */
  readonly id: string;
  readonly says: string;
  /** The reports (`reports.ts`) that it generalises. */
  readonly reports: readonly string[];
  /** Whose scenarios it is asked of. */
  readonly claim: ClaimId;
  /** Of how many of them, when the usual number has too little to say. */
  readonly among?: number;
  /** What it is about in such a scenario, when that is not just as it comes. */
  readonly given?: (scenario: Scenario) => Scenario;
  /** Whether it is true of a step; undefined where it says nothing of it. */
  readonly holds: (moment: Moment) => boolean | undefined;
  /** The broken director of which it is not true. */
  readonly broken: string;
}

/** The director has these rules and no others, for all the time. */
export function withRules(text: string): (scenario: Scenario) => Scenario {
  const rules = parseRuleset(text);
  return ({ director: { iptables: _, ...director }, timeline, ...scenario }) => ({
    ...scenario,
    director: { ...director, rules },
    timeline: timeline.filter((item) => item.kind !== 'do' || item.command.tool !== 'iptables'),
  });
}

/** The sysctls have these values, for all the time. */
export function withSysctls(values: Readonly<Record<string, number>>): (scenario: Scenario) => Scenario {
  return ({ director, timeline, ...scenario }) => ({
    ...scenario,
    director: { ...director, sysctls: { ...director.sysctls, ...values } },
    timeline: timeline.filter(
      (item) => item.kind !== 'do' || item.command.tool !== 'sysctl' || !(item.command.name in values),
    ),
  });
}

/** Nobody changes services. */
export function unedited({ timeline, ...scenario }: Scenario): Scenario {
  return {
    ...scenario,
    timeline: timeline.filter((item) => item.kind !== 'do' || item.command.tool !== 'ipvsadm'),
  };
}

/** Answers go another way than by the director. */
export function unanswered({ timeline, ...scenario }: Scenario): Scenario {
  return { ...scenario, timeline: timeline.filter((item) => !isPacket(item) || item.from === 'client') };
}

/** Where everybody is follows from the links alone. */
export function withoutRouting({ director: { routing: _, ...director }, ...scenario }: Scenario): Scenario {
  return { ...scenario, director };
}

/** No program on the director says anything: what it says passes no INPUT. */
export function fromOutside({ timeline, ...scenario }: Scenario): Scenario {
  return { ...scenario, timeline: timeline.filter((item) => !isPacket(item) || item.by !== BY_DIRECTOR) };
}

export function all(...changes: readonly ((scenario: Scenario) => Scenario)[]) {
  return (scenario: Scenario): Scenario => changes.reduce((given, change) => change(given), scenario);
}

/** The states of connection tracking, in the order of the rules that count them. */
export const STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'] as const;

const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'];

/** Rules that count and let everything pass: what a chain saw of a packet is which of them counted it. */
export const COUNTING_STATES = [
  '*filter',
  ...CHAINS.map((chain) => `:${chain} ACCEPT [0:0]`),
  ...CHAINS.flatMap((chain) => STATES.map((state) => `-A ${chain} -m conntrack --ctstate ${state}`)),
  'COMMIT',
  '',
].join('\n');
