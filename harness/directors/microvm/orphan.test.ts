import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const HOLDER = fileURLToPath(new URL('orphan.fixture.ts', import.meta.url));

it.each(['boot', 'restore'])('no QEMU outlives a harness that was killed with -9: %s', async (start) => {
  const holder = spawn(process.execPath, ['--import', 'tsx', HOLDER, start], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<string>((resolve) =>
    holder.stdout.once('data', (text) => resolve(`${text}`.trim())),
  );
  expect(existsSync(`/proc/${pid}`)).toBe(true);

  holder.kill('SIGKILL');

  for (let tries = 0; existsSync(`/proc/${pid}`) && tries < 100; tries++) await setTimeout(50);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});
