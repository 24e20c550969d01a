import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

const numbers = fc.array(fc.nat(1000), { maxLength: 30 });
const FROM = [900, 3, 700, 42, 8];

function request(budget: { attempts: number; ms: number }, clock = () => 0) {
  const tried: number[][] = [];
  const stillFails = async (value: number[]) => {
    tried.push(value);
    return value.some((each) => each >= 40);
  };
  return { tried, request: { arbitrary: numbers, from: FROM, stillFails, budget, now: clock } };
}

describe('shrink', () => {
  it('reaches the smallest failing value', async () => {
    const { request: it } = request({ attempts: 1000, ms: 1000 });
    expect(await shrink(it)).toMatchObject({ smallest: [40], complete: true });
  });

  it('keeps the best so far when the attempts are used up', async () => {
    const { tried, request: it } = request({ attempts: 3, ms: 1000 });
    const { smallest, attempts, complete } = await shrink(it);
    expect({ attempts, complete, tried: tried.length }).toEqual({ attempts: 3, complete: false, tried: 3 });
    expect(smallest.some((each) => each >= 40)).toBe(true);
  });

  it('keeps the best so far when time is up', async () => {
    let ms = 0;
    const { request: it } = request({ attempts: 1000, ms: 5 }, () => ms++);
    expect((await shrink(it)).complete).toBe(false);
  });

  it('gives the value back when nothing smaller fails', async () => {
    const { request: it } = request({ attempts: 1000, ms: 1000 });
    const result = await shrink({ ...it, stillFails: async () => false });
    expect(result.smallest).toEqual(FROM);
  });
});
