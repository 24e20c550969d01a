import { describe, expect, it } from 'vitest';
import { firstDifferent, type Verdict } from './first-different.ts';

const ROW = Array.from({ length: 20 }, (_, index) => index);

async function turnAt(at: number, broken: readonly number[] = []) {
  const asked: number[] = [];
  const ask = async (candidate: number): Promise<Verdict> => {
    asked.push(candidate);
    if (broken.includes(candidate)) return 'unknown';
    return candidate >= at ? 'different' : 'same';
  };
  return { ...(await firstDifferent(ROW, ask)), asked };
}

describe('firstDifferent', () => {
  it.each(ROW.slice(1))('finds that it begins at %i, with few questions', async (at) => {
    const { last, first, unknown, asked } = await turnAt(at);
    expect({ last, first, unknown }).toEqual({ last: at - 1, first: at, unknown: [] });
    expect(asked.length).toBeLessThanOrEqual(5);
    expect(asked).not.toContain(0);
    expect(asked).not.toContain(19);
  });

  it('asks the neighbours of what cannot be told, and names it when it may be the one', async () => {
    expect(await turnAt(12, [10])).toMatchObject({ last: 11, first: 12, unknown: [] });
    expect(await turnAt(10, [8, 9])).toMatchObject({ last: 7, first: 10, unknown: [8, 9] });
  });

  it('asks nothing about two neighbours', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    expect(await firstDifferent(['a', 'b'], ask)).toEqual({ last: 'a', first: 'b', unknown: [] });
  });
});
