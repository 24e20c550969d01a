import { type Fuzzed, fuzzTexts, LIMITS } from './fuzz.ts';
import { fuzzCaptures } from './fuzz-captures.ts';

/** `npm run fuzz [RUNS] [SEED]`: so many damaged inputs of all kinds together, 10,000 unless said otherwise. */
const [runs = 10_000, seed = 1] = process.argv.slice(2).map(Number);
const KINDS = 8;
const MIB = 1024 * 1024;

const each = Math.ceil(runs / KINDS);
const results: Fuzzed[] = [...fuzzTexts(each, seed), await fuzzCaptures(each, seed)];
for (const { name, runs: done, read, faults, slowestMs, peakBytes } of results) {
  console.log(
    `${name.padEnd(14)} ${done} inputs, ${read} read, ${faults.length} faults, slowest ${Math.round(slowestMs)} ms of the processor${peakBytes === undefined ? '' : `, Scapy's memory at most ${Math.round(peakBytes / MIB)} MiB`}`,
  );
  for (const { why, input } of faults) console.log(`  ${why}\n    ${JSON.stringify(input)}`);
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(`memory of this process at most ${Math.round(peakBytes / MIB)} MiB`);
process.exitCode = results.some(({ faults }) => faults.length > 0) || peakBytes > LIMITS.bytes ? 1 : 0;
