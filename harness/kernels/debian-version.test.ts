import { expect, it } from 'vitest';
import { compareVersions } from './debian-version.ts';

it.each([
  ['6.1.192-1', '6.1.192-2'],
  ['6.1.99-1', '6.1.192-1'],
  ['6.12.107-1~deb12u1', '6.12.107-1'],
  ['6.12~rc3-1', '6.12-1'],
  ['6.12.9', '6.12.10+deb12'],
  ['6.1.0-9-cloud-amd64', '6.1.0-56-cloud-amd64'],
  ['99-1', '1:1-1'],
  ['1.0', '1.0a'],
  ['1.0a', '1.0+'],
])('%s is older than %s', (older, newer) => {
  expect(compareVersions(older, newer)).toBeLessThan(0);
  expect(compareVersions(newer, older)).toBeGreaterThan(0);
  expect(compareVersions(older, older)).toBe(0);
});
