import { expect, it } from 'vitest';
import { wantedModules } from './module-table.ts';
import { type LoadableModule, loadOrder, moduleName } from './modules.ts';

/** A kernel whose modules are given as name -> what each depends on, and softly. */
function kernelWith(
  modules: Record<string, string[]>,
  softly: Record<string, string[]> = {},
): (name: string) => Promise<LoadableModule | undefined> {
  return (name) => {
    const depends = modules[name];
    const soft = softly[name] ?? [];
    return Promise.resolve(depends && { name, bytes: Buffer.alloc(0), depends, soft });
  };
}

const names = (modules: readonly LoadableModule[]): string[] => modules.map(({ name }) => name);

it('puts every module after what it needs, each once', async () => {
  const kernel = kernelWith({
    ip_vs: ['nf_conntrack', 'nf_defrag_ipv6', 'libcrc32c'],
    nf_conntrack: ['nf_defrag_ipv4', 'libcrc32c'],
    nf_defrag_ipv4: [],
    nf_defrag_ipv6: [],
    libcrc32c: [],
    ip_vs_rr: ['ip_vs'],
  });
  const order = names(await loadOrder(['ip_vs_rr', 'ip_vs', 'nf_conntrack'], kernel));
  expect(order).toEqual([
    'nf_defrag_ipv4',
    'libcrc32c',
    'nf_conntrack',
    'nf_defrag_ipv6',
    'ip_vs',
    'ip_vs_rr',
  ]);
});

it('leaves out what is built in or missing, and follows either spelling of a name', async () => {
  const order = await loadOrder(
    ['nf-nat', 'virtio'],
    kernelWith({ nf_nat: ['nf-conntrack'], nf_conntrack: [] }, { nf_conntrack: ['crc32c'] }),
  );
  expect(names(order)).toEqual(['nf_conntrack', 'nf_nat']);
});

it('ends when soft dependencies go in a circle', async () => {
  expect(names(await loadOrder(['a'], kernelWith({ a: ['b'], b: [] }, { b: ['a'] })))).toEqual(['b', 'a']);
});

it('leaves out what depends on a missing one, and who depends on that', async () => {
  const kernel = kernelWith({ nf_nat_ftp: ['nf_conntrack_ftp'], helped: ['nf_nat_ftp'], nf_nat: [] });
  expect(names(await loadOrder(['helped', 'nf_nat_ftp', 'nf_nat'], kernel))).toEqual(['nf_nat']);
});

it.each([
  ['kernel/net/netfilter/ipvs/ip_vs.ko', 'ip_vs'],
  ['kernel/drivers/net/virtio-rng.ko.xz', 'virtio_rng'],
  ['a.ko.zst', 'a'],
  ['modules.dep', undefined],
  ['x.kob', undefined],
])('%s is module %s', (path, name) => expect(moduleName(path)).toBe(name));

it('wants every module once, with a reason, under the name the kernel uses', () => {
  const all = wantedModules.map(({ name }) => name);
  expect(new Set(all).size).toBe(all.length);
  for (const { name, why } of wantedModules) {
    expect(why).not.toBe('');
    expect(name).not.toContain('-');
  }
});
