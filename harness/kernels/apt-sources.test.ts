import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFolders } from '../system/test-folders.ts';
import { parseDeb822, parseOneLine, printDeb822, readAptSources } from './apt-sources.ts';

const freshFolder = testFolders();

const deb822 = `# the archive
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
# a remark in the middle
Components: main
 contrib
Signed-By: /usr/share/keyrings/some.gpg

Types: deb-src
URIs: http://mirror.example/sources
Suites: bookworm

Enabled: no
Types: deb
URIs: http://mirror.example/off
Suites: bookworm

types: deb
uris: http://mirror.example/inline
suites: bookworm-security
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
`;

it('reads deb822 sources, but for those switched off or without binaries', () => {
  const [archive, inline, ...rest] = parseDeb822(deb822);
  expect(archive).toEqual({
    uris: ['http://mirror.example/debian'],
    suites: ['bookworm', 'bookworm-updates'],
    components: ['main', 'contrib'],
    signedBy: '/usr/share/keyrings/some.gpg',
    trusted: '',
  });
  expect(inline?.signedBy).toBe('\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc');
  expect(rest).toEqual([]);
});

it('reads one-line sources', () => {
  const text = `# deb http://mirror.example/no bookworm main
deb-src http://mirror.example/no bookworm main
deb [ arch=amd64 signed-by=/k.gpg trusted=yes ] http://mirror.example/debian bookworm main contrib # why
deb http://mirror.example/debian-security bookworm-security main`;
  expect(parseOneLine(text)).toEqual([
    {
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm'],
      components: ['main', 'contrib'],
      signedBy: '/k.gpg',
      trusted: 'yes',
    },
    {
      uris: ['http://mirror.example/debian-security'],
      suites: ['bookworm-security'],
      components: ['main'],
      signedBy: '',
      trusted: '',
    },
  ]);
});

it('prints what it can read again', () => {
  const sources = parseDeb822(deb822);
  expect(parseDeb822(sources.map(printDeb822).join('\n'))).toEqual(sources);
});

it('reads every file of a machine, and none where there is none', async () => {
  const folder = await freshFolder();
  await mkdir(join(folder, 'sources.list.d'));
  await writeFile(join(folder, 'sources.list'), 'deb http://mirror.example/a bookworm main\n');
  await writeFile(join(folder, 'sources.list.d', 'b.sources'), deb822);
  await writeFile(join(folder, 'sources.list.d', 'c.list'), 'deb http://mirror.example/c bookworm main\n');
  await writeFile(
    join(folder, 'sources.list.d', 'd.list.save'),
    'deb http://mirror.example/d bookworm main\n',
  );
  const uris = (await readAptSources(folder)).flatMap((source) => source.uris);
  expect(uris.map((uri) => uri.split('/').at(-1))).toEqual(['a', 'debian', 'inline', 'c']);
  expect(await readAptSources(join(folder, 'nowhere'))).toEqual([]);
});
