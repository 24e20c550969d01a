import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareObservation } from '../harness/compare/observation.ts';
import { brokenDirector } from '../harness/directors/broken.ts';
import { ModelDirector } from '../harness/directors/model.ts';
import { bind } from '../harness/play/bind.ts';
import { judgeOne } from '../harness/play/judge.ts';
import { pairSubject } from '../harness/play/pair-director.ts';
import { Seat, type Subject } from '../harness/play/seat.ts';
import { readScenarioFile } from '../harness/replay/read-scenario.ts';
import type { Kernel } from '../spec/kernel.ts';
import { CHANGES, type ChangeId } from '../spec/tables/changes.ts';
import { KERNEL } from './properties/reference.ts';

const planOf = async (id: string) => {
  const file = fileURLToPath(new URL(`scenarios/kernels/${id}.yaml`, import.meta.url));
  return bind(await readScenarioFile(file), new ModelDirector(KERNEL));
};

/** A row of the table that changes nothing which can be seen is decoration. */
it.each(CHANGES.map(({ id }) => [id]))(
  'suites/scenarios/kernels/%s.yaml shows what the change is about',
  async (id) => {
    const plan = await planOf(id);
    const [right, wrong] = [new ModelDirector(KERNEL), brokenDirector(`kernel-${id}`, KERNEL)!];

    const start = compareObservation(right.start(plan.config), wrong.start(plan.config));
    const steps = plan.steps.map((step) => compareObservation(right.step(step), wrong.step(step)));

    expect(start).toEqual([]);
    expect(steps.flat()).not.toEqual([]);
  },
);

describe('of a difference between two kernels', () => {
  const referenceFor = (kernel: Kernel) => new ModelDirector(kernel);
  const subject = (kernel: Kernel, inside = kernel): Subject => ({
    name: 'kernel',
    open: async () => new ModelDirector(kernel, { inside }),
  });
  const changesBetween = async (id: ChangeId, other: Subject) => {
    const seat = new Seat(pairSubject(subject(KERNEL), other, referenceFor), referenceFor);
    const judged = await judgeOne(seat, await planOf(id));
    if (judged.kind !== 'differs') throw new Error(judged.kind);
    return judged.divergence.changes;
  };
  const without = (...ids: ChangeId[]): Kernel => ({
    ...KERNEL,
    has: (id) => KERNEL.has(id) !== ids.includes(id),
  });

  it.each(CHANGES.map(({ id }) => [id]))('the change is named: %s', async (id) => {
    expect(await changesBetween(id, subject(without(id)))).toEqual([id]);
  });

  it('the one that makes it is named, of several', async () => {
    const ids = ['reject-udp-without-checksum', 'threshold-on-edit'] as const;
    expect(await changesBetween(ids[0], subject(without(...ids)))).toEqual([ids[0]]);
  });

  it('none is named where the kernel does not do what its model does', async () => {
    const id = 'reject-udp-without-checksum';
    expect(await changesBetween(id, subject(KERNEL, without(id)))).toEqual([]);
    expect(await changesBetween(id, subject(without('threshold-on-edit'), without(id)))).toEqual([]);
  });
});
