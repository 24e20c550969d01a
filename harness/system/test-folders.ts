import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Called once in a test file: gives its tests fresh folders, and removes them all when they are done. */
export function testFolders(): () => Promise<string> {
  const base = mkdtempSync(join(tmpdir(), 'lvs-test-'));
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  return () => mkdtemp(join(base, 'folder-'));
}
