import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { sha256 } from './checksums.ts';
import { type Download, download } from './kernel-download.ts';

const freshFolder = testFolders();

const content = Buffer.alloc(300_000, 'kernel');
const half = content.length / 2;

/** A mirror that hangs up after half of what is asked for, as long as `cutting`. */
class Mirror {
  cutting = false;
  ranges: (string | undefined)[] = [];
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  uri(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ url, headers: { range } }: IncomingMessage, response: ServerResponse): void {
    if (url === '/gone') return void response.writeHead(404).end('gone');
    this.ranges.push(range);
    const start = Number(/\d+/.exec(range ?? '0'));
    const rest = content.subarray(start);
    response.writeHead(range === undefined ? 200 : 206, {
      'Content-Length': rest.length,
      'Last-Modified': 'Mon, 01 Jan 2024 00:00:00 GMT',
      ...(range === undefined
        ? {}
        : { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    });
    if (!this.cutting) return void response.end(rest);
    response.write(rest.subarray(0, half - start), () => setTimeout(() => response.destroy(), 50));
  }
}

let mirror: Mirror;
let folder: string;
let path: string;
beforeEach(async () => {
  mirror = new Mirror();
  await mirror.listen();
  folder = await freshFolder();
  path = join(folder, 'kernel.deb');
});
afterEach(() => mirror.close());

const wanted = (changes: Partial<Download> = {}): Download => ({
  name: 'linux-image-made-up',
  version: '1-1',
  uri: mirror.uri('/kernel.deb'),
  sizeBytes: content.length,
  sha256: sha256(content),
  ...changes,
});

it('fetches a file, and says how far it is', async () => {
  const said: string[] = [];
  await download(wanted(), path, (message) => void said.push(message));
  expect(await readFile(path)).toEqual(content);
  expect(said[0]).toBe('downloading linux-image-made-up (0.0 MB of 0.3 MB)');
});

it('continues what a mirror broke off, after one message', async () => {
  mirror.cutting = true;
  await expect(download(wanted(), path, silent)).rejects.toThrow(
    /^cannot download linux-image-made-up 1-1 from 127\.0\.0\.1:\d+: Error reading from server.*; 0\.1 MB are kept, and the next try continues there$/,
  );
  expect((await stat(path)).size).toBe(half);
  mirror.cutting = false;
  mirror.ranges = [];
  await download(wanted(), path, silent);
  expect(await readFile(path)).toEqual(content);
  expect(mirror.ranges).toEqual([`bytes=${half}-`]);
});

it('asks nobody for a file that is there already', async () => {
  await writeFile(path, content);
  await download(wanted(), path, silent);
  expect(mirror.ranges).toEqual([]);
});

it('does not keep a file that is not what the list says', async () => {
  const other = wanted({ sha256: '0'.repeat(64) });
  await expect(download(other, path, silent)).rejects.toThrow('Hash Sum mismatch');
  expect(await readdir(folder)).toEqual([]);
});

it('takes a file that no list vouches for as it is', async () => {
  await download(wanted({ sizeBytes: undefined, sha256: undefined }), path, silent);
  expect(await readFile(path)).toEqual(content);
});

it('says that the mirror does not have a file', async () => {
  await expect(download(wanted({ uri: mirror.uri('/gone') }), path, silent)).rejects.toThrow(
    /: 404 Not Found$/,
  );
});
