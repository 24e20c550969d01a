import { describe, expect, it } from 'vitest';
import { InputError, MachineError } from '../errors.ts';
import { silent } from '../system/progress.ts';
import type { Apt, AptPackage } from './apt.ts';
import { chooseKernel } from './choose-kernel.ts';

const offer = (name: string, version: string, depends: string[] = []): AptPackage => ({
  name,
  version,
  depends,
  sizeBytes: 1,
  sha256: '0'.repeat(64),
});

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

function pretended(
  packages: readonly AptPackage[],
  afterUpdate: readonly AptPackage[] = packages,
): Apt & { updates: number } {
  let known = packages;
  const apt = {
    updates: 0,
    names: (prefix: string) =>
      Promise.resolve(known.map(({ name }) => name).filter((name) => name.startsWith(prefix))),
    candidates: (names: readonly string[]) =>
      Promise.resolve(known.filter(({ name }) => names.includes(name))),
    download: () => Promise.reject(new Error('nothing is downloaded here')),
    update: () => {
      apt.updates += 1;
      known = afterUpdate;
      return Promise.resolve(undefined);
    },
  };
  return apt;
}

it.each([
  [undefined, 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.1', 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.12', 'linux-image-6.12.107+deb12-cloud-amd64'],
  ['6.12.99', 'linux-image-6.12.99+deb12-cloud-amd64'],
  ['6.12.99+deb12', 'linux-image-6.12.99+deb12-cloud-amd64'],
  ['6.1.0-9', 'linux-image-6.1.0-9-cloud-amd64'],
  ['6.1.0-56-cloud-amd64', 'linux-image-6.1.0-56-cloud-amd64'],
  ['6.1.0-56-amd64', 'linux-image-6.1.0-56-amd64'],
  ['linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-9-cloud-amd64'],
  ['deb:linux-image-6.1.0-9-cloud-amd64', 'linux-image-6.1.0-9-cloud-amd64'],
  ['deb:linux-image-6.12-cloud-amd64', 'linux-image-6.12.107+deb12-cloud-amd64'],
])('on Debian 12, %s means %s', async (spec, name) => {
  const apt = pretended(debian12);
  expect((await chooseKernel(spec, apt, silent)).name).toBe(name);
  expect(apt.updates).toBe(0);
});

it('takes the kernel for virtual machines on Ubuntu', async () => {
  expect((await chooseKernel(undefined, pretended(ubuntu), silent)).name).toBe(
    'linux-image-6.8.0-40-generic',
  );
  expect((await chooseKernel('6.8', pretended(ubuntu), silent)).name).toBe('linux-image-6.8.0-40-generic');
});

it('updates the lists once when they know nothing', async () => {
  const apt = pretended([], debian12);
  expect((await chooseKernel(undefined, apt, silent)).name).toBe('linux-image-6.1.0-56-cloud-amd64');
  expect(apt.updates).toBe(1);
});

describe('what cannot be had', () => {
  it.each(['foo', '../6.1', 'deb:', '6', '6.1 ; rm', ''])(
    '%j is a mistake of the user, told without asking apt',
    async (spec) => {
      const apt = pretended(debian12);
      await expect(chooseKernel(spec, apt, silent)).rejects.toThrow(InputError);
      await expect(chooseKernel(spec, apt, silent)).rejects.toThrow(
        /not understood; allowed: a series \(6\.12\)/,
      );
      expect(apt.updates).toBe(0);
    },
  );

  it('is told with what is on offer', async () => {
    const failed = chooseKernel('6.13', pretended(debian12), silent);
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow(
      'it offers 6.1 (newest 6.1.0-56-cloud-amd64), 6.12 (newest 6.12.107+deb12-cloud-amd64); allowed:',
    );
  });

  it('is the fault of the machine when apt offers no kernel at all', async () => {
    const failed = chooseKernel('6.1', pretended([]), silent);
    await expect(failed).rejects.toThrow(MachineError);
    await expect(failed).rejects.toThrow(
      'apt on this machine offers no kernel; looked for linux-image-cloud-amd64',
    );
  });

  it('comes with the reason when the lists could not be updated', async () => {
    const offline: Apt = { ...pretended([]), update: () => Promise.resolve('E: Failed to fetch') };
    await expect(chooseKernel(undefined, offline, silent)).rejects.toThrow(
      '(updating its lists: E: Failed to fetch)',
    );
  });
});
