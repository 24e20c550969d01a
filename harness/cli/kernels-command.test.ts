import { expect, it } from 'vitest';
import { catalogue } from '../kernels/catalogue.ts';
import { madeUpPackage as offer } from '../kernels/made-up-kernel.ts';
import { listing } from './kernels-command.ts';

const releases = [...Array(12).keys()].map((number) => `6.12.${100 + number}+deb12-cloud-amd64`);
const packages = releases.map((release) => offer(`linux-image-${release}`, `${release.slice(0, 8)}-1`));
const cached = packages.slice(0, 1).map(({ name, version }) => ({ name, version, key: name }));
const lists = { madeAt: new Date('2024-01-02T03:04:05Z'), absent: ['duke'], trouble: '' };

it('shows a series in few lines: the newest, then the others, with what is cached', () => {
  const lines = listing(catalogue(packages, cached), ['6.12.0-mine'], lists);
  expect(lines[0]).toBe('6.12    6.12.111+deb12-cloud-amd64  6.12.111-1, 0 MB');
  expect(lines[1]).toMatch(/^ {8}6\.12\.110\+deb12, 6\.12\.109\+deb12, /);
  expect(lines[3]).toBe('        *6.12.100+deb12');
  expect(lines.slice(4)).toEqual([
    '',
    'added   6.12.0-mine',
    '',
    '* is in the cache; --kernel takes a series, any release above, or deb:PACKAGE',
    'not on this mirror: duke',
    'package lists of 2024-01-02 03:04 UTC',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('shows what is cached when no lists can be had', () => {
  const lines = listing(catalogue([], cached), [], { madeAt: undefined, absent: [], trouble: 'no network' });
  expect(lines[0]).toBe('6.12    6.12.100+deb12-cloud-amd64  * 6.12.100-1');
  expect(lines.at(-1)).toBe('note: no network');
});
