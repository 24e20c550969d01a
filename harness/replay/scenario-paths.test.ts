import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolders } from '../system/test-folders.ts';
import { scenarioPaths } from './scenario-paths.ts';

const freshFolder = testFolders();

test('a folder stands for the scenario files below it, a file for itself', async () => {
  const folder = await freshFolder();
  await mkdir(join(folder, 'b'));
  for (const name of ['c.yaml', 'b/z.yaml', 'b/a.yaml', 'README.md']) await writeFile(join(folder, name), '');
  const below = ['b/a.yaml', 'b/z.yaml', 'c.yaml'].map((name) => join(folder, name));
  expect(await scenarioPaths(['x.yaml', folder])).toEqual(['x.yaml', ...below]);
});

test('a folder without one is refused', async () => {
  const folder = await freshFolder();
  await expect(scenarioPaths([folder])).rejects.toThrow(`${folder}: this directory has no scenario file`);
});
