import { describe, expect, it } from 'vitest';
import { bind } from './bind.ts';
import { pairSubject } from './pair-director.ts';
import { probe } from './probe.ts';
import { type Fault, type ToyDirector, ToyReference, toyScenario, toySubject } from './toy-director.ts';

const referenceFor = () => new ToyReference();
const plan = bind(toyScenario([1, 2]), new ToyReference());

async function probed(fault?: Fault) {
  const opened: ToyDirector[] = [];
  const result = await probe(
    pairSubject(toySubject(), toySubject(fault, opened), referenceFor),
    referenceFor,
    plan,
  );
  expect(opened.every(({ closed }) => closed)).toBe(true);
  return { result, boots: opened.length };
}

describe('probe', () => {
  it('says that a director does the same after two boots', async () => {
    expect(await probed()).toEqual({ result: { kind: 'same' }, boots: 2 });
  });

  it('says what differs when it came out the same three times more', async () => {
    const { result, boots } = await probed(() => 'silent');
    expect(result).toMatchObject({
      kind: 'different',
      headline: expect.stringContaining('step 1: emitted frame 1'),
    });
    expect(boots).toBe(4);
  });

  it('knows nothing of a director that fails, or that differs only sometimes', async () => {
    expect((await probed(() => 'infra')).result).toEqual({ kind: 'unknown', why: 'the plug was pulled' });
    let frames = 0;
    const sometimes: Fault = () => (frames++ < 1 ? 'silent' : undefined);
    expect((await probed(sometimes)).result).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('not reproducible'),
    });
  });
});
