import { dirname } from 'node:path';

/**
 * One thing in the file system of a guest. Paths are absolute in the guest; `content` is the whole file.
 * A list of these is the guest tree; how it reaches a director (cpio for a microVM) is decided elsewhere.
 */
export type GuestEntry =
  | { kind: 'directory'; path: string; mode: number }
  | { kind: 'file'; path: string; mode: number; content: Uint8Array }
  | { kind: 'symlink'; path: string; target: string }
  | { kind: 'device'; path: string; mode: number; major: number; minor: number };

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' ? [] : [...parents(parent), parent];
}

/**
 * The tree in an order in which it can be created: folders that entries need are added, every path
 * comes once, and parents come before children.
 */
export function orderedTree(entries: readonly GuestEntry[]): GuestEntry[] {
  const byPath = new Map<string, GuestEntry>();
  for (const entry of entries) {
    for (const path of parents(entry.path))
      if (!byPath.has(path)) byPath.set(path, { kind: 'directory', path, mode: 0o755 });
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
