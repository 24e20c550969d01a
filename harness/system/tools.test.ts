import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MachineError } from '../errors.ts';
import { silent } from './progress.ts';
import { testFolders } from './test-folders.ts';
import type { Tool } from './tool-table.ts';
import { checkTools, ensureTools } from './tools.ts';

const freshFolder = testFolders();

const present: Tool = { name: 'env', package: 'coreutils', purpose: 'is everywhere' };
const absent: Tool = { name: 'no-such-tool', package: 'some-package', purpose: 'is nowhere' };
const absentFile: Tool = {
  name: 'libno.a',
  package: 'libno-dev',
  purpose: 'is nowhere',
  file: ['/no/libno.a'],
};
const refused = {
  refusal: 'only root can install',
  install: () => Promise.reject(new Error('never called')),
};

it('tells doctor where each tool is', () => {
  const rows = checkTools([present, absent, absentFile]);
  expect(rows.map((row) => row.path)).toEqual([expect.stringContaining('/env'), undefined, undefined]);
});

it('installs nothing when nothing is missing', async () => {
  await ensureTools(silent, [present], refused);
});

it('names everything that is missing and the one command that brings it', async () => {
  const failed = ensureTools(silent, [present, absent, absentFile], refused);
  await expect(failed).rejects.toThrow(MachineError);
  await expect(failed).rejects.toThrow(
    'missing: no-such-tool, libno.a (only root can install); run as root: apt-get install -y --no-install-recommends some-package libno-dev',
  );
});

it('installs what is missing, and only that', async () => {
  const path = join(await freshFolder(), 'libnew.a');
  const late: Tool = {
    name: 'libnew.a',
    package: 'libnew-dev',
    purpose: 'comes with installing',
    file: [path],
  };
  const asked: string[] = [];
  const install = async (packages: readonly string[]): Promise<void> => {
    asked.push(...packages);
    await writeFile(path, '');
  };
  await ensureTools(silent, [present, late], { refusal: undefined, install });
  expect(asked).toEqual(['libnew-dev']);
});

it('does not believe an installer that brought nothing', async () => {
  const idle = { refusal: undefined, install: () => Promise.resolve() };
  await expect(ensureTools(silent, [absent], idle)).rejects.toThrow('still not found after installing');
});

it('passes on why an installation failed', async () => {
  const broken = {
    refusal: undefined,
    install: () => Promise.reject(new MachineError('apt-get failed: E: no network')),
  };
  await expect(ensureTools(silent, [absent], broken)).rejects.toThrow(
    'no-such-tool (apt-get failed: E: no network)',
  );
});
