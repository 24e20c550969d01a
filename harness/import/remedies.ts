import type { AdminCommand } from '../../spec/config/commands.ts';
import { parseCommand } from '../../spec/config/commands-parse.ts';
import { CT_STATES, type CtState, type Match, type Rule } from '../../spec/config/rules.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { isControl } from './ftp-control.ts';
import type { Verdict } from './verdicts.ts';

/**
 * What would have let a packet pass that was dropped: if conntrack had taken it for something else, or had been given a
 * helper. Cases with the same remedies are cases of the same fault.
 */
export interface Remedies {
  readonly states: readonly CtState[];
  /** Conntrack's helper for FTP. */
  readonly helper: boolean;
}

const HELPER = 'iptables -t raw -I PREROUTING -p tcp --dport 21 -j CT --helper ftp';

/** Of the packet that is the scenario's last item. `judge` says what the model makes of a scenario. */
export function remediesFor(
  scenario: Scenario,
  { dropped }: Verdict,
  judge: (scenario: Scenario) => readonly Verdict[],
): Remedies {
  const passes = (at: number, commands: readonly AdminCommand[]): boolean => {
    if (commands.length === 0) return false;
    const changed = withCommands(scenario, at, commands);
    const last = judge(changed).find(({ step }) => step === changed.timeline.length);
    return last !== undefined && last.dropped?.fact !== dropped?.fact;
  };
  const last = scenario.timeline.length - 1;
  return {
    states: CT_STATES.filter((state) => passes(last, asIf(scenario, state))),
    helper:
      Object.values(scenario.flows).some(({ service }) => isControl(service)) &&
      passes(0, [parseCommand(HELPER)]),
  };
}

/** The remedies as words for people; undefined where there is none. */
export function remedyWords({ states, helper }: Remedies, { state }: Verdict): string | undefined {
  const words = [
    ...(states.length > 0 ? [`as ${states.join(' or ')} it would pass`] : []),
    ...(helper ? [`with "${HELPER}" it would pass`] : []),
  ];
  return state === '' || words.length === 0
    ? undefined
    : `conntrack takes it for ${state}; ${words.join('; ')}`;
}

/** The scenario with these before an item; of its expectations those of the last item. */
function withCommands(
  { timeline, expectations = [], ...rest }: Scenario,
  at: number,
  commands: readonly AdminCommand[],
): Scenario {
  const items = commands.map((command) => ({ kind: 'do', command }) as const);
  const mine = expectations.filter(({ after }) => after === timeline.length);
  return {
    ...rest,
    timeline: [...timeline.slice(0, at), ...items, ...timeline.slice(at)],
    expectations: mine.map((one) => ({ ...one, after: one.after + items.length })),
  };
}

/** The commands after which rules that ask for a packet's state decide as if it were this one; the last rules first. */
function asIf({ director: { rules } }: Scenario, state: CtState): AdminCommand[] {
  return rules.tables.flatMap(({ name: table, chains }) =>
    chains.flatMap(({ name: chain, rules: all }) =>
      all
        .flatMap((rule, index): AdminCommand[] => {
          if (!rule.matches.some(asksForState)) return [];
          const where = { tool: 'iptables', table, chain, position: index + 1 } as const;
          const decided = decidedRule(rule, state);
          return [decided ? { ...where, op: 'replace', rule: decided } : { ...where, op: 'delete' }];
        })
        .toReversed(),
    ),
  );
}

type StateMatch = Extract<Match, { kind: 'state' | 'conntrack' }>;

const asksForState = (match: Match): match is StateMatch =>
  match.kind === 'state' || (match.kind === 'conntrack' && match.states.length > 0);

/** The rule without its questions for the state; undefined where one of them has No for an answer. */
function decidedRule(rule: Rule, state: CtState): Rule | undefined {
  const holds = ({ states, inverted }: StateMatch) =>
    (states as readonly string[]).includes(state) !== inverted;
  if (!rule.matches.filter(asksForState).every(holds)) return undefined;
  const matches = rule.matches.flatMap((match): Match[] => {
    if (!asksForState(match)) return [match];
    // What else the match asks stays.
    return match.kind === 'conntrack' && match.asks ? [{ ...match, states: [], inverted: false }] : [];
  });
  return { ...rule, matches };
}
