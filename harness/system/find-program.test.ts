import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { findProgram } from './find-program.ts';
import { testFolders } from './test-folders.ts';

const freshFolder = testFolders();

afterEach(() => void vi.unstubAllEnvs());

it('takes the first executable in PATH, and passes over files that cannot be executed', async () => {
  const folder = await freshFolder();
  await writeFile(join(folder, 'notes'), 'text', { mode: 0o644 });
  await writeFile(join(folder, 'tool'), '', { mode: 0o755 });
  vi.stubEnv('PATH', folder);
  expect(findProgram('tool')).toBe(join(folder, 'tool'));
  expect(findProgram('notes')).toBeUndefined();
});

it('finds programs of the system when PATH is empty, as in a daemon', () => {
  vi.stubEnv('PATH', '');
  expect(findProgram('env')).toMatch(/^\/(usr\/)?bin\/env$/);
});

it('leaves an absolute path as it is', () => {
  expect(findProgram('/usr/bin/env')).toBe('/usr/bin/env');
  expect(findProgram('/usr/bin/no-such-program')).toBeUndefined();
});
