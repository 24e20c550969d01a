import { describe, expect, it } from 'vitest';
import { RELEASES, type Release, stretches } from './releases.ts';

const from = (version: string) => RELEASES.findIndex((one) => one.version === version);
const between = (first: string, end: string) => (one: Release) =>
  RELEASES.indexOf(one) >= from(first) && (end === '' || RELEASES.indexOf(one) < from(end));

describe('releases at which kernels change', () => {
  it('are told in the order of their series, each with what its stable branch took in', () => {
    const versions = RELEASES.map(({ version }) => version);
    expect(versions[0]).toBe('5.10');
    expect(versions.indexOf('6.1.81')).toBeLessThan(versions.indexOf('6.1.183'));
    expect(versions.at(-1)).toBe('7.3');
    expect(new Set(versions).size).toBe(versions.length);
  });

  it.each([
    ['', '', ''],
    ['5.10', '', '5.10 to 7.3'],
    ['5.10', '6.1', '5.10'],
    ['5.10', '6.1.183', '5.10 to 6.1.182'],
    ['6.1', '6.1.183', '6.1 to 6.1.182'],
    ['6.1.183', '6.12', '6.1.183 and later of 6.1'],
    ['6.1.183', '7.2', '6.1.183 to 7.1'],
    ['7.3', '', '7.3'],
  ])('from %s until %s are %s', (first, end, text) => {
    expect(stretches(first === '' ? () => false : between(first, end))).toBe(text);
  });

  it('that are not neighbours are told one after the other', () => {
    const early = between('5.10', '6.1.183');
    const late = between('6.12', '6.12.104');
    expect(stretches((one) => early(one) || late(one))).toBe('5.10 to 6.1.182, 6.12 to 6.12.103');
  });
});
