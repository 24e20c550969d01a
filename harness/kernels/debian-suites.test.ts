import { expect, it } from 'vitest';
import type { AptSource } from './apt-sources.ts';
import { allSuites } from './debian-suites.ts';

const source = (uri: string, ...suites: string[]): AptSource => ({
  uris: [uri],
  suites,
  components: ['main', 'contrib'],
  signedBy: '/k.gpg',
  trusted: '',
});

it('asks the same mirrors for every suite, each archive for its own', () => {
  const [archive, security, ...rest] = allSuites([
    source('http://mirror.example/debian', 'bookworm', 'bookworm-updates'),
    source('http://mirror.example/debian', 'bookworm-backports'),
    source('http://mirror.example/security', 'bookworm-security'),
    source('http://vendor.example/tools', 'nodistro'),
  ]);
  expect(archive).toMatchObject({
    uris: ['http://mirror.example/debian'],
    components: ['main'],
    signedBy: '/k.gpg',
  });
  expect(archive?.suites).toEqual(
    expect.arrayContaining(['bullseye', 'bookworm-updates', 'trixie-backports', 'sid']),
  );
  expect(archive?.suites).not.toContainEqual(expect.stringContaining('security'));
  expect(security).toMatchObject({ uris: ['http://mirror.example/security'] });
  expect(security?.suites).toEqual(expect.arrayContaining(['bullseye-security', 'trixie-security']));
  expect(security?.suites).not.toContain('sid');
  expect(rest).toEqual([]);
});

it('knows releases by their state, and the old name of security suites', () => {
  const uris = allSuites([
    source('http://mirror.example/debian', 'stable'),
    source('http://mirror.example/security', 'bullseye/updates'),
  ]).map(({ uris: [uri], suites }) => [uri, suites.includes('sid')]);
  expect(uris).toEqual([
    ['http://mirror.example/debian', true],
    ['http://mirror.example/security', false],
  ]);
});

it('leaves the sources of another distribution as they are', () => {
  const ubuntu = [source('http://mirror.example/ubuntu', 'noble', 'noble-updates')];
  expect(allSuites(ubuntu)).toEqual(ubuntu);
});
