import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { testFolders } from '../../harness/system/test-folders.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const folder = testFolders();

function capture(...args: string[]) {
  const command = ['--import', 'tsx', 'suites/captures/make.ts', ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
  return { status, stderr };
}

it('a program that is missing is one line, which says how to get it', async () => {
  const place = await folder();
  await writeFile(join(place, 'case.sh'), '# programs: no-such-program\n');
  expect(capture(place)).toEqual({
    status: 3,
    stderr: expect.stringMatching(/^capture: missing: \S+; run as root: apt-get install \S+\n$/),
  });
});

it.each([[[]], [['suites/captures']]])('so is a folder without a script: %j', (args) => {
  expect(capture(...args)).toEqual({
    status: 2,
    stderr: expect.stringMatching(/^capture: .*; say: npm run capture suites\/captures\/last-finack\n$/),
  });
});
