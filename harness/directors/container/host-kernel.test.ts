import { describe, expect, it } from 'vitest';
import { wantedModules } from '../../kernels/module-table.ts';
import { NEEDED } from '../../kernels/needs.ts';
import { hostAnswers, TRIALS } from './host-kernel.ts';

/** Every name in the table of what plans need. */
function names(value: object): string[] {
  return Object.values(value).flatMap((inner) => (typeof inner === 'string' ? [inner] : names(inner)));
}

describe("what a host's kernel is asked for", () => {
  it('is all that a plan can need', () => {
    const tried = new Set(TRIALS.map(({ what }) => what));
    const schedulers = wantedModules
      .filter(({ why }) => why.startsWith('scheduler '))
      .map(({ name }) => name);

    expect([...names(NEEDED), ...schedulers].filter((name) => !tried.has(name))).toEqual([]);
  });

  it('is lacking once, however many trials show it', () => {
    const refused = TRIALS.map(() => ({ errno: 5, data: Buffer.alloc(0) }));
    const netns = { errno: 0, data: Buffer.alloc(0) };
    const version = { errno: 0, data: Buffer.concat([Buffer.from([1, 0, 0, 0]), Buffer.from('x')]) };

    const { lacks } = hostAnswers([netns, version, ...refused]);

    expect(new Set(lacks.map(({ what }) => what)).size).toBe(lacks.length);
  });
});
