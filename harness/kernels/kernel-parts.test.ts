import { expect, it } from 'vitest';
import { kernelParts } from './kernel-parts.ts';
import { madeUpPackage as offer } from './made-up-kernel.ts';

const release = '7.2.12+deb13-cloud-amd64';
const version = '7.2.12-1~bpo13+1';
const part = (kind: string): string => `linux-${kind}-${release}`;

const image = offer(part('image'), version, [
  'linux-base',
  'kmod',
  ...['base', 'binary', 'modules'].map(part),
]);
const binary = offer(part('binary'), version, [part('base')]);
const modules = offer(part('modules'), version, ['kmod', part('base')]);
const base = offer(part('base'), version);

it('consists of all packages that carry its files, each once', () => {
  const others = [offer('kmod', '30'), offer('linux-base', '4.12')];
  const { listed, unlisted } = kernelParts(image, [image, binary, modules, base, ...others]);
  expect(listed).toEqual([image, base, binary, modules]);
  expect(unlisted).toEqual([]);
});

it('has parts in the pool that no list names any more', () => {
  const { listed, unlisted } = kernelParts(image, [image, binary]);
  expect(listed).toEqual([image, binary]);
  expect(unlisted.map(({ uri }) => uri)).toEqual(
    ['base', 'modules'].map(
      (kind) => `http://mirror.example/debian/pool/main/l/linux/${part(kind)}_${version}_amd64.deb`,
    ),
  );
  expect(unlisted[0]).toMatchObject({ name: part('base'), version, sha256: undefined });
});

it('does not take a part of another version', () => {
  const rebuilt = { ...base, version: '7.2.12-2' };
  expect(kernelParts(image, [image, binary, modules, rebuilt]).unlisted).toHaveLength(1);
});

it('cannot be had when nothing tells where a missing part would be', () => {
  const foreign = { ...image, source: 'linux-meta' };
  expect(() => kernelParts(foreign, [foreign])).toThrow(`its package ${part('base')} is in no list`);
});
