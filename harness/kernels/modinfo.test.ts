import { expect, it } from 'vitest';
import { runProgram } from '../system/run-program.ts';
import { unpackModule } from './compression.ts';
import { madeUpModule } from './made-up-kernel.ts';
import { moduleInfo } from './modinfo.ts';

it('reads what a module needs', async () => {
  const module = await madeUpModule('ip_vs', {
    depends: ['nf_conntrack', 'libcrc32c'],
    softdep: 'pre: nf_log_syslog other post: late',
    vermagic: '6.1.0 SMP mod_unload ',
  });
  expect(moduleInfo(module, 'ip_vs.ko')).toEqual({
    depends: ['nf_conntrack', 'libcrc32c'],
    soft: ['nf_log_syslog', 'other'],
    vermagic: '6.1.0 SMP mod_unload',
  });
});

it('reads a module that needs nothing', async () => {
  expect(moduleInfo(await madeUpModule('tun'), 'tun.ko')).toEqual({
    depends: [],
    soft: [],
    vermagic: '',
  });
});

it('says which file is no module', () => {
  expect(() => moduleInfo(Buffer.from('text'), '/x/tun.ko')).toThrow(
    '/x/tun.ko is not an x86-64 kernel module',
  );
});

it.each([
  ['xz', ['-c', '--check=crc32']],
  ['zstd', ['-c']],
])('unpacks a module that a distribution packed with %s', async (program, args) => {
  const module = await madeUpModule('tun');
  expect(await unpackModule(await runProgram(program, args, { input: module }))).toEqual(module);
});
