import fc from 'fast-check';
import type { ScenarioBias } from '../generators/bias.ts';
import { scenario } from '../generators/scenario.ts';
import type { Size } from '../generators/sizes.ts';
import type { Limits, Subject } from '../harness/play/seat.ts';
import type { Match, Rule } from '../spec/config/rules.ts';
import type { Scenario, TimelineItem } from '../spec/scenario.ts';
import type { Claim } from './claim.ts';
import { commandsIn } from './claim-conditions.ts';
import type { ClaimRow } from './claim-row.ts';

/**
 * Scenarios for directors that cannot play them all. What others draw stays as it is: these are drawn anew, with all
 * else that a claim asks for.
 */

/** What a whole kind of directors can do. Undefined where one of them can do everything. */
export function limitsOf(directors: readonly { readonly limits?: Limits }[]): Limits | undefined {
  const limits = directors.flatMap(({ limits }) => (limits ? [limits] : []));
  if (limits.length < directors.length) return undefined;
  return {
    ipvs: limits.some(({ ipvs }) => ipvs),
    waitMs: Math.max(...limits.map(({ waitMs }) => waitMs)),
  };
}

/** Whether a claim is about IPVS: its source tells. */
export const isAboutIpvs = ({ source }: Pick<ClaimRow, 'source'>): boolean =>
  /^net\/netfilter\/ipvs\/|\/ip_vs\.h$/.test(source.file);

/** Whether a director's kernel has the module that a claim is about. */
export const hasModuleFor = ({ module }: Pick<Claim, 'module'>, { lacks }: Pick<Subject, 'lacks'>): boolean =>
  module === undefined || lacks?.has(module) !== true;

/** Scenarios that such directors can play. */
export function scenariosWithin(limits: Limits, bias: ScenarioBias, size: Size): fc.Arbitrary<Scenario> {
  const waitSeconds = Math.min(size.waitSeconds, limits.waitMs / 1000);
  const shorter = { ...size, waitSeconds };
  if (limits.ipvs) return scenario(bias, shorter);
  return scenario({ ...bias, besideServices: 100 }, shorter)
    .map(withoutIpvs, (scenario) => scenario as Scenario)
    .filter(needsNoIpvs);
}

/** After so many draws a claim is taken to ask for what is not drawn any more: no service, no claim about its traffic. */
const DRAWS = 150;

/** Whether any scenario can be found that says something about the claim. */
export function isPlayable({ scenarios, only = () => true }: Claim): boolean {
  for (let seed = 1; seed <= DRAWS; seed++)
    if (only(fc.sample(scenarios, { seed, numRuns: 1 })[0]!)) return true;
  return false;
}

/** The same director without services, and what happens to it without what is done to them. */
function withoutIpvs({ director, timeline, ...rest }: Scenario): Scenario {
  const sysctls = Object.entries(director.sysctls).filter(([name]) => !isIpvsSysctl(name));
  return {
    ...rest,
    director: { ...director, services: [], sysctls: Object.fromEntries(sysctls) },
    timeline: timeline.filter((item) => !isForIpvs(item)),
  };
}

const isIpvsSysctl = (name: string): boolean => name.startsWith('net.ipv4.vs.');

function isForIpvs(item: TimelineItem): boolean {
  if (item.kind !== 'do') return false;
  const { command } = item;
  return command.tool === 'ipvsadm' || (command.tool === 'sysctl' && isIpvsSysctl(command.name));
}

const asksIpvs = ({ matches }: Rule): boolean => matches.some(({ kind }: Match) => kind === 'ipvs');

/** Rules cannot be left out so: others jump to them, and commands count them. */
function needsNoIpvs({ director, timeline }: Scenario): boolean {
  const rules = director.rules.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  const added = commandsIn(timeline).flatMap((command) => ('rule' in command ? [command.rule] : []));
  return timeline.length > 0 && ![...rules, ...added].some(asksIpvs);
}
