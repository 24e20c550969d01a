import { expect, it } from 'vitest';
import { packageKey } from './cached-kernels.ts';
import { catalogue } from './catalogue.ts';
import { madeUpPackage as offer } from './made-up-kernel.ts';

const newest = offer('linux-image-6.12.117+deb13-cloud-amd64', '6.12.117-1');
const older = offer('linux-image-6.12.99+deb12-cloud-amd64', '6.12.99-1~deb12u1');
const plain = offer('linux-image-6.12.117+deb13-amd64', '6.12.117-1');
const split = offer('linux-image-7.1.13-cloud-amd64', '7.1.13-1', ['linux-modules-7.1.13-cloud-amd64']);
const cached = (kernel: { name: string; version: string }) => ({ ...kernel, key: packageKey(kernel) });

it('groups kernels by series, newest first, each package once', () => {
  const rows = catalogue([split, older, newest, { ...newest, suite: 'trixie-security' }, plain], []);
  expect(rows.map(({ series, kernels }) => [series, kernels.map(({ release }) => release)])).toEqual([
    ['6.12', ['6.12.117+deb13-cloud-amd64', '6.12.99+deb12-cloud-amd64']],
    ['7.1', ['7.1.13-cloud-amd64']],
  ]);
});

it('says what is cached, also when no list has it', () => {
  const gone = { name: 'linux-image-6.1.0-9-cloud-amd64', version: '6.1.27-1' };
  const rows = catalogue([newest, older], [cached(older), cached(gone)]);
  expect(rows.flatMap(({ kernels }) => kernels.map((kernel) => [kernel.version, kernel.cached]))).toEqual([
    ['6.1.27-1', true],
    ['6.12.117-1', false],
    ['6.12.99-1~deb12u1', true],
  ]);
});

it('says what is odd about a kernel, and why one cannot be had', () => {
  const foreign = { ...split, name: 'linux-image-7.2.1-cloud-amd64', version: '7.2.1-1', source: 'other' };
  const remarks = catalogue([split, foreign], []).map(({ kernels }) => kernels[0]!.remark);
  expect(remarks[0]).toBe('package modules in no list, taken from the pool');
  expect(remarks[1]).toContain('cannot be had: its package linux-modules-7.1.13-cloud-amd64 is in no list');
});
