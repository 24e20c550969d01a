import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MachineError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { Cache } from './cache.ts';
import { sha256 } from './checksums.ts';
import { MachinePackages } from './machine-packages.ts';

const freshFolder = testFolders();

const list = (name: string): string => `Package: linux-image-${name}
Version: 1-1
Architecture: amd64
Filename: pool/${name}.deb
Size: 10
SHA256: ${'0'.repeat(64)}

`;

/** Suites of a mirror that is served here, each with one kernel; unsigned, as no test can sign. */
const suites = new Map([
  ['bookworm', list('6.1.0-9-cloud-amd64')],
  ['sid', list('7.3.4-cloud-amd64')],
]);

function answer(path: string): string | undefined {
  const [, suite, rest] = /^\/debian\/dists\/([^/]+)\/(.*)$/.exec(path) ?? [];
  const packages = suites.get(suite ?? '');
  const name = 'main/binary-amd64/Packages';
  if (packages === undefined) return undefined;
  if (rest === name) return packages;
  if (rest !== 'Release') return undefined;
  return `Codename: ${suite}\nArchitectures: amd64\nComponents: main\nDate: Mon, 01 Jan 2024 00:00:00 UTC\nSHA256:\n ${sha256(packages)} ${packages.length} ${name}\n`;
}

let server: Server;
let requests = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    const text = answer(request.url ?? '');
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

let cache: Cache;
let aptFolder: string;
beforeEach(async () => {
  cache = new Cache(await freshFolder());
  aptFolder = await freshFolder();
  requests = 0;
  const { port } = server.address() as AddressInfo;
  await sourceIs(`http://127.0.0.1:${port}/debian`);
});

const sourceIs = (uri: string): Promise<void> =>
  writeFile(join(aptFolder, 'sources.list'), `deb [trusted=yes] ${uri} bookworm main\n`);

const packages = (): MachinePackages => new MachinePackages(cache, aptFolder);

describe.skipIf(findProgram('apt-get') === undefined)('all suites of a mirror', () => {
  it('are found from one of them, and what is not there is named', async () => {
    const offer = await packages().all(silent);
    expect(offer.packages.map(({ name, suite }) => [name, suite])).toEqual([
      ['linux-image-6.1.0-9-cloud-amd64', 'bookworm'],
      ['linux-image-7.3.4-cloud-amd64', 'sid'],
    ]);
    expect(offer.absent).toContain('trixie-backports');
    expect(offer.trouble).toBe('');
  });

  it('are asked once a day, or when told to', async () => {
    await packages().all(silent);
    const first = requests;
    await packages().all(silent);
    expect(requests).toBe(first);
    await packages().all(silent, 'now');
    expect(requests).toBeGreaterThan(first);
    await writeOld();
    requests = 0;
    await packages().all(silent);
    expect(requests).toBeGreaterThan(0);
  });

  it('are asked by one of several runs', async () => {
    const offers = await Promise.all([1, 2, 3].map(() => packages().all(silent)));
    expect(new Set(offers.map(({ madeAt }) => madeAt.getTime())).size).toBe(1);
  });

  it('are remembered while there is no network, with the reason', async () => {
    const { port } = server.address() as AddressInfo;
    await packages().all(silent);
    await sourceIs(`http://127.0.0.1:1/debian`);
    const offer = await packages().all(silent);
    expect(offer.packages).toHaveLength(2);
    expect(offer.trouble).toMatch(/^the lists could not be fetched anew: /);
    await sourceIs(`http://127.0.0.1:${port}/debian`);
  });

  it('cannot be had without network or sources', async () => {
    await sourceIs('http://127.0.0.1:1/debian');
    await expect(packages().all(silent)).rejects.toThrow(MachineError);
    const bare = new MachinePackages(cache, await freshFolder());
    await expect(bare.all(silent)).rejects.toThrow('this machine has no package sources');
  });
});

/** Makes the remembered lists two days old. */
async function writeOld(): Promise<void> {
  const path = join(cache.root, 'apt', 'kernels.json');
  const known = JSON.parse(await readFile(path, 'utf8')) as { madeAt: string };
  known.madeAt = new Date(Date.now() - 48 * 3600 * 1000).toISOString();
  await mkdir(join(cache.root, 'apt'), { recursive: true });
  await writeFile(path, JSON.stringify(known));
}
