import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { namelessFile } from './nameless-file.ts';

it('other programs read it, no folder has it, and closed it is gone', async () => {
  const { path, close } = await namelessFile(Buffer.from('content'));
  expect(execFileSync('cat', [path], { encoding: 'utf8' })).toBe('content');
  expect(readFileSync(path, 'utf8')).toBe('content');
  expect(readlinkSync(path)).toMatch(/ \(deleted\)$/);
  expect(existsSync(readlinkSync(path).replace(/\/file \(deleted\)$/, ''))).toBe(false);
  await close();
  expect(existsSync(path)).toBe(false);
});
