import { expect, it } from 'vitest';
import { MachineError } from '../errors.ts';
import { listedLibraries } from './shared-libraries.ts';

const listing = `	linux-vdso.so.1 (0x00007fa4301d8000)
	libpopt.so.0 => /lib/x86_64-linux-gnu/libpopt.so.0 (0x00007fa4301a3000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fa42ff97000)
	/lib64/ld-linux-x86-64.so.2 (0x00007fa4301da000)
`;

it('takes the paths of what the loader found', () => {
  expect(listedLibraries(listing)).toEqual([
    '/lib/x86_64-linux-gnu/libpopt.so.0',
    '/lib/x86_64-linux-gnu/libc.so.6',
  ]);
});

it('names a library that is not there', () => {
  const lost = () => listedLibraries('\tlibpopt.so.0 => not found\n');
  expect(lost).toThrow(MachineError);
  expect(lost).toThrow('libpopt.so.0');
});
