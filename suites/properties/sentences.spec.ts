import fc from 'fast-check';
import { expect, it } from 'vitest';
import { brokenDirector } from '../../harness/directors/broken.ts';
import { ModelDirector } from '../../harness/directors/model.ts';
import { bind } from '../../harness/play/bind.ts';
import type { Plan } from '../../harness/play/plan.ts';
import { printScenarioFile } from '../../harness/replay/print-scenario.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { CLAIMS } from '../claims.ts';
import { REPORTS } from '../reports.ts';
import { type Moment, momentsOf, type Player } from '../sentences/play.ts';
import type { Sentence } from '../sentences/sentence.ts';
import { SENTENCES } from '../sentences/sentences.ts';
import { KERNEL, SEED } from './reference.ts';

const SCENARIOS = 30;
/** Of how many steps a sentence has to say something at least. */
const ENOUGH = 5;

interface Asked {
  readonly scenario: Scenario;
  readonly plan: Plan;
}

function casesOf({ claim, among = SCENARIOS, given = (one) => one }: Sentence): readonly Asked[] {
  const { scenarios, only = () => true } = CLAIMS.find(({ id }) => id === claim)!;
  const model = new ModelDirector(KERNEL);
  return fc
    .sample(scenarios.filter(only).map(given), { seed: SEED, numRuns: among })
    .map((scenario) => ({ scenario, plan: bind(scenario, model) }));
}

/** The steps of which the sentence says something, and whether it is true of them. */
function* asked({ holds }: Sentence, cases: readonly Asked[], player: Player) {
  for (const { scenario, plan } of cases)
    for (const moment of momentsOf(scenario, plan, player)) {
      const truth = holds(moment);
      if (truth !== undefined) yield { truth, moment };
    }
}

function isNoticed(sentence: Sentence, cases: readonly Asked[]): boolean {
  for (const { truth } of asked(sentence, cases, brokenDirector(sentence.broken, KERNEL)!))
    if (!truth) return true;
  return false;
}

const told = ({ earlier, scenario }: Moment): string =>
  `step ${earlier.length + 1} of\n${printScenarioFile(scenario)}`;

it.each(SENTENCES.map((sentence) => [sentence.says, sentence] as const))('%s', (_, sentence) => {
  const cases = casesOf(sentence);
  const ofModel = [...asked(sentence, cases, new ModelDirector(KERNEL))];
  const wrong = ofModel.find(({ truth }) => !truth);
  expect(wrong && told(wrong.moment)).toBeUndefined();
  expect(ofModel.length).toBeGreaterThanOrEqual(ENOUGH);
  expect(isNoticed(sentence, cases)).toBe(true);
});

it('each is about reports, by a name of its own', () => {
  const ids = REPORTS.map(({ id }) => id);
  expect(SENTENCES.flatMap(({ reports }) => reports).filter((id) => !ids.includes(id))).toEqual([]);
  expect(SENTENCES.filter(({ reports }) => reports.length === 0)).toEqual([]);
  expect(new Set(SENTENCES.map(({ id }) => id)).size).toBe(SENTENCES.length);
});
