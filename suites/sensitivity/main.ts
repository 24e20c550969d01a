import { InputError } from '../../harness/errors.ts';
import { CLAIMS } from '../claims.ts';
import { KERNEL } from '../properties/reference.ts';
import { scenariosUntilCaught } from './at-large.ts';
import { suspectsOf } from './suspects.ts';

/**
 * `npm run sensitivity [ID…]`: how many scenarios of the default mix it takes to notice each broken director. One
 * that takes long shows where the generators are weak.
 */
const SEEDS = [1, 2, 3, 4, 5] as const;
const RUNS = 2000;

const suspects = suspectsGiven();
const bySeed = SEEDS.map((seed) =>
  scenariosUntilCaught(suspects, { kernel: KERNEL, claims: CLAIMS, seed, runs: RUNS }),
);

console.log(`| broken director | median | seeds ${SEEDS.join(', ')} |\n| --- | ---: | --- |`);
for (const { id } of suspects) {
  const each = bySeed.map((caught) => caught.get(id) ?? Number.POSITIVE_INFINITY);
  console.log(`| ${id} | ${inWords(median(each))} | ${each.map(inWords).join(', ')} |`);
}

function suspectsGiven() {
  try {
    return suspectsOf(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function inWords(scenarios: number): string {
  return Number.isFinite(scenarios) ? String(scenarios) : `over ${RUNS}`;
}
