import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenario } from '../generators/scenario.ts';
import { printScenarioFile } from '../harness/replay/print-scenario.ts';
import { parseScenarioFile } from '../harness/replay/scenario-file.ts';

test('every scenario that is generated reads back from its file as it was', () => {
  fc.assert(
    fc.property(scenario(), (given) => {
      expect(parseScenarioFile(printScenarioFile(given), 'x.yaml')).toEqual(given);
    }),
    { numRuns: 500, seed: 1 },
  );
});
