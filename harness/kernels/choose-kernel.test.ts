import { describe, expect, it } from 'vitest';
import { InputError, MachineError } from '../errors.ts';
import { chooseKernel, newestOfEachSeries, notOffered } from './choose-kernel.ts';
import { parseKernelSpec } from './kernel-spec.ts';
import { madeUpPackage as offer } from './made-up-kernel.ts';

/** As on Debian 12: the default series is 6.1 although 6.12 is on offer, and older packages of a series stay. */
const debian12 = [
  offer('linux-image-cloud-amd64', '6.1.192-2', ['linux-image-6.1.0-56-cloud-amd64']),
  offer('linux-image-6.1.0-9-cloud-amd64', '6.1.27-1'),
  offer('linux-image-6.1.0-56-cloud-amd64', '6.1.192-2'),
  offer('linux-image-6.1.0-56-amd64', '6.1.192-2'),
  offer('linux-image-6.12-cloud-amd64', '6.12.107-1~deb12u1', [
    'kmod',
    'linux-image-6.12.107+deb12-cloud-amd64',
  ]),
  offer('linux-image-6.12.99+deb12-cloud-amd64', '6.12.99-1~deb12u1'),
  offer('linux-image-6.12.107+deb12-cloud-amd64', '6.12.107-1~deb12u1'),
];

const ubuntu = [
  offer('linux-image-virtual', '6.8.0.40', ['linux-image-6.8.0-40-generic']),
  offer('linux-image-6.8.0-40-generic', '6.8.0-40.40', ['linux-modules-6.8.0-40-generic']),
];

it.each([
  [undefined, 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.1', 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.12', 'linux-image-6.12.107+deb12-cloud-amd64'],
  ['6.12.99', 'linux-image-6.12.99+deb12-cloud-amd64'],
  ['6.12.99+deb12', 'linux-image-6.12.99+deb12-cloud-amd64'],
  ['6.12.99-1~deb12u1', 'linux-image-6.12.99+deb12-cloud-amd64'],
  ['6.1.0-9', 'linux-image-6.1.0-9-cloud-amd64'],
  ['6.1.27', 'linux-image-6.1.0-9-cloud-amd64'],
  ['6.1.192', 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.1.0-56-cloud-amd64', 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.1.0-56-amd64', 'linux-image-6.1.0-56-amd64'],
  ['linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-9-cloud-amd64'],
  ['deb:linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-9-cloud-amd64'],
  ['deb:linux-image-6.12-cloud-amd64', 'linux-image-6.12.107+deb12-cloud-amd64'],
  ['6.13', undefined],
  ['6.12.9', undefined],
])('on Debian 12, %s means %s', (spec, name) => {
  expect(chooseKernel(parseKernelSpec(spec), debian12)?.name).toBe(name);
});

it.each([undefined, '6.8'])('takes the kernel for virtual machines on Ubuntu for %s', (spec) => {
  expect(chooseKernel(parseKernelSpec(spec), ubuntu)?.name).toBe('linux-image-6.8.0-40-generic');
});

it('knows the newest of each series, by version and not by name', () => {
  const backport = offer('linux-image-6.1.0-0.deb11.60-cloud-amd64', '6.1.176-1~deb11u1');
  expect(newestOfEachSeries([...debian12, backport]).map(({ name }) => name)).toEqual([
    'linux-image-6.1.0-56-cloud-amd64',
    'linux-image-6.12.107+deb12-cloud-amd64',
  ]);
});

describe('what cannot be had', () => {
  it('is told with what is on offer, and with what was wrong with the lists', () => {
    const error = notOffered('6.13', debian12, 'no network');
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(
      '(no network); it offers 6.1, 6.12, and "lvscheck kernels list" shows all; allowed:',
    );
  });

  it('is the fault of the machine when there is no kernel at all', () => {
    const error = notOffered('6.1', [], '');
    expect(error).toBeInstanceOf(MachineError);
    expect(error.message).toContain('offer no kernel; looked for linux-image-cloud-amd64');
  });
});
