import { expect, it } from 'vitest';
import { takenAs, versionOf } from './host-version.ts';

it.each([
  ['6.18.44-fc-v657', 'Linux version 6.18.44-fc-v657 (builder@x) (gcc) #1 SMP @0', '6.18.44'],
  [
    '6.1.0-56-cloud-amd64',
    'Linux version 6.1.0-56-cloud-amd64 (a@b) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-10-01)',
    '6.1.192-2',
  ],
  ['6.8.0-45-generic', 'Linux version 6.8.0-45-generic (buildd@x) (gcc) #45-Ubuntu SMP', '6.8.0'],
])('a host’s kernel %s has a version by which its changes are known', (release, text, version) => {
  expect(versionOf(release, text)).toBe(version);
});

it('says what the model takes a kernel for, and when that is a guess', () => {
  expect(takenAs('6.18.44-fc', '6.18.44')).toBe(
    'kernel 6.18.44-fc is compared with the model as version 6.18.44 of series 6.18',
  );
  expect(takenAs('6.8.0-45-generic', '6.8.0')).toContain('the nearest series that is known is 6.1');
});
