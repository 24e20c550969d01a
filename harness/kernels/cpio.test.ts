import { expect, it } from 'vitest';
import { cpio } from './cpio.ts';
import { readArchive } from './cpio-reader.ts';
import { type GuestEntry, orderedTree } from './guest-tree.ts';

const tree: GuestEntry[] = [
  { kind: 'file', path: '/usr/sbin/tool', mode: 0o755, content: Buffer.from('hello') },
  { kind: 'symlink', path: '/usr/sbin/alias', target: 'tool' },
  { kind: 'device', path: '/dev/null', mode: 0o666, major: 1, minor: 3 },
  { kind: 'directory', path: '/proc', mode: 0o755 },
];

it('writes files, links, devices and folders that a reader of the format finds again', () => {
  expect(readArchive(cpio(tree))).toEqual([
    { name: 'usr/sbin/tool', mode: 0o100755, device: [0, 0], content: 'hello' },
    { name: 'usr/sbin/alias', mode: 0o120777, device: [0, 0], content: 'tool' },
    { name: 'dev/null', mode: 0o020666, device: [1, 3], content: '' },
    { name: 'proc', mode: 0o040755, device: [0, 0], content: '' },
    { name: 'TRAILER!!!', mode: 0, device: [0, 0], content: '' },
  ]);
});

it('writes the same bytes for the same tree', () => {
  expect(cpio(orderedTree([...tree].reverse()))).toEqual(cpio(orderedTree(tree)));
});

it('puts every folder before what is in it, each path once', () => {
  const twice: GuestEntry = {
    kind: 'file',
    path: '/usr/sbin/tool',
    mode: 0o755,
    content: Buffer.from('newer'),
  };
  const paths = orderedTree([...tree, twice]).map((entry) => entry.path);
  expect(paths).toEqual([
    '/dev',
    '/dev/null',
    '/proc',
    '/usr',
    '/usr/sbin',
    '/usr/sbin/alias',
    '/usr/sbin/tool',
  ]);
});
