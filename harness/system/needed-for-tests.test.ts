import { afterEach, expect, it, vi } from 'vitest';
import { neededForTests } from './needed-for-tests.ts';

const missing = () => Promise.reject(new Error('run apt-get'));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('says once what is skipped and why', async () => {
  vi.stubEnv('CI', '');
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {});
  expect(await neededForTests('no Scapy', missing)).toBeUndefined();
  expect(said.mock.calls).toEqual([['skipped: no Scapy (run apt-get)']]);
});

it('fails where CI is "true", with the reason', async () => {
  vi.stubEnv('CI', 'true');
  await expect(neededForTests('no Scapy', missing)).rejects.toThrow(
    'no Scapy where CI is "true": run apt-get',
  );
});

it('gives what is there', async () => {
  vi.stubEnv('CI', 'true');
  expect(await neededForTests('no Scapy', async () => 'python')).toBe('python');
});
