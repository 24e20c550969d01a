import { fuzzTexts } from './fuzz.ts';
import { fuzzCaptures } from './fuzz-captures.ts';

/** `npm run fuzz [RUNS] [SEED]`: so many damaged inputs of all kinds together, 10,000 unless said otherwise. */
const [runs = 10_000, seed = 1] = process.argv.slice(2).map(Number);
const KINDS = 8;
const MIB = 1024 * 1024;

const each = Math.ceil(runs / KINDS);
const results = [...fuzzTexts(each, seed), await fuzzCaptures(each, seed)];
for (const { name, runs: done, read, faults, slowestMs } of results) {
  console.log(
    `${name.padEnd(14)} ${done} inputs, ${read} read, ${faults.length} faults, slowest ${Math.round(slowestMs)} ms of the processor`,
  );
  for (const { why, input } of faults) console.log(`  ${why}\n    ${JSON.stringify(input)}`);
}
const peak = Math.round((process.resourceUsage().maxRSS * 1024) / MIB);
console.log(`memory at most ${peak} MiB`);
process.exitCode = results.some(({ faults }) => faults.length > 0) || peak > 512 ? 1 : 0;
