import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BIASES, type ScenarioBias } from './bias.ts';
import { scenario } from './scenario.ts';
import { FEATURES } from './testing/features.ts';

const RUNS = 2000;

function sample(bias: ScenarioBias, numRuns = RUNS) {
  return fc.sample(scenario(bias), { seed: 42, numRuns });
}

function perMille(scenarios: ReturnType<typeof sample>, name: string): number {
  return (scenarios.filter(FEATURES[name]!.in).length * 1000) / scenarios.length;
}

describe('scenarios', () => {
  const even = sample(BIASES.even);

  it.each(Object.entries(FEATURES))('should have %s often enough', (name, feature) => {
    expect(perMille(even, name)).toBeGreaterThanOrEqual(feature.perMille);
  });

  it.each([
    ['stateTables', 'a RST from the client'],
    ['portReuse', 'a port used again'],
    ['windowTracking', 'a segment far out of any window'],
    ['schedulers', 'four flows'],
    ['filterRules', 'policy DROP'],
    ['expiry', 'a wait around 900 s'],
    ['edits', 'command delete-dest'],
    ['forwarding', 'a flow to a real server'],
  ] as const)('should, with bias %s, have %s more often', (bias, name) => {
    expect(perMille(sample(BIASES[bias], 700), name)).toBeGreaterThan(1.25 * perMille(even, name));
  });
});
