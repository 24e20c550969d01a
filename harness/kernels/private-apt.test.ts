import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { findProgram } from '../system/find-program.ts';
import { testFolders } from '../system/test-folders.ts';
import { apt } from './apt-program.ts';
import { configurePrivately, requireSpace, updateFailures } from './private-apt.ts';

const freshFolder = testFolders();

afterEach(() => void vi.unstubAllEnvs());

const complaints = `W: Some index files failed to download. They have been ignored, or old ones used instead.
E: The repository 'http://mirror.example/debian duke Release' does not have a Release file.
E: Failed to fetch http://mirror.example/debian/dists/sid/InRelease  Could not connect to mirror.example:80
`;

it('passes on what went wrong, but not that some suites were never there', () => {
  expect(updateFailures(complaints)).toEqual([
    'Failed to fetch http://mirror.example/debian/dists/sid/InRelease  Could not connect to mirror.example:80',
  ]);
  expect(updateFailures('')).toEqual([]);
});

it('does not let apt begin where there is no space, since it would never end', async () => {
  const folder = await freshFolder();
  await expect(requireSpace(folder, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(requireSpace(folder, 1)).resolves.toBeUndefined();
});

it.skipIf(findProgram('apt-get') === undefined)(
  'gives apt places of our own for all it writes, and leaves it the proxies of the machine',
  async () => {
    const folder = await freshFolder();
    const machine = join(folder, 'machine.conf');
    await writeFile(
      machine,
      'Acquire::http::Proxy "http://proxy.example:3128";\nAPT::Update::Post-Invoke { "false"; };\n',
    );
    vi.stubEnv('APT_CONFIG', machine);
    const source = {
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm'],
      components: ['main'],
      signedBy: '',
      trusted: '',
    };
    const configuration = await configurePrivately(folder, [source]);
    const dump = (await apt('apt-config', ['dump'], configuration)).toString();
    for (const place of ['State::lists', 'Cache', 'Etc::sourceparts'])
      expect(dump).toMatch(new RegExp(`^Dir::${place} "${folder}/`, 'm'));
    expect(dump).toContain('Acquire::http::Proxy "http://proxy.example:3128";');
    expect(dump).not.toMatch(/^(?:APT::Update|DPkg)::(?:Pre|Post)-Invoke/m);
    const targets = (await apt('apt-get', ['update', '--print-uris'], configuration)).toString();
    expect(targets).toMatch(
      /^'http:\/\/mirror\.example\/debian\/dists\/bookworm\/main\/binary-amd64\/Packages/m,
    );
    expect(await readFile(join(folder, 'sources', 'all.sources'), 'utf8')).toContain('Targets: Packages');
  },
);
