import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compareObservation } from '../harness/compare/observation.ts';
import { brokenDirector } from '../harness/directors/broken.ts';
import { ModelDirector } from '../harness/directors/model.ts';
import { bind } from '../harness/play/bind.ts';
import { readScenarioFile } from '../harness/replay/read-scenario.ts';
import { CHANGES } from '../spec/tables/changes.ts';
import { KERNEL } from './properties/reference.ts';

/** A row of the table that changes nothing which can be seen is decoration. */
it.each(CHANGES.map(({ id }) => [id]))(
  'suites/scenarios/kernels/%s.yaml shows what the change is about',
  async (id) => {
    const file = fileURLToPath(new URL(`scenarios/kernels/${id}.yaml`, import.meta.url));
    const scenario = await readScenarioFile(file);
    const [right, wrong] = [new ModelDirector(KERNEL), brokenDirector(`kernel-${id}`, KERNEL)!];
    const plan = bind(scenario, new ModelDirector(KERNEL));

    const start = compareObservation(right.start(plan.config), wrong.start(plan.config));
    const steps = plan.steps.map((step) => compareObservation(right.step(step), wrong.step(step)));

    expect(start).toEqual([]);
    expect(steps.flat()).not.toEqual([]);
  },
);
