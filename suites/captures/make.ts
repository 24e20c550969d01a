import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report } from '../../harness/cli/report-error.ts';
import { Guest } from '../../harness/directors/microvm/guest.ts';
import { guestOptions } from '../../harness/directors/microvm/open.ts';
import { InputError, MachineError } from '../../harness/errors.ts';
import { unpackModule } from '../../harness/kernels/compression.ts';
import { cpio } from '../../harness/kernels/cpio.ts';
import { type GuestEntry, orderedTree } from '../../harness/kernels/guest-tree.ts';
import { readyKernel } from '../../harness/kernels/kernel.ts';
import { sharedLibraries } from '../../harness/kernels/shared-libraries.ts';
import { findProgram } from '../../harness/system/find-program.ts';
import { namelessFile } from '../../harness/system/nameless-file.ts';

/**
 * `npm run capture FOLDER`: runs the folder's case.sh in a guest, in the network of network.sh, with busybox and tcpdump
 * of this machine, and keeps what an operator would send: case.pcap, ipvs.txt, rules.txt, sysctl.txt.
 */
const RESULTS = ['case.pcap', 'ipvs.txt', 'rules.txt', 'sysctl.txt'];
const LIMIT_MS = 100_000;
const APPLETS = ['sh', 'sleep', 'cat', 'mkdir', 'insmod', 'tr', 'kill', 'echo'];

try {
  await make(process.argv[2]);
} catch (error) {
  process.exitCode = report('capture', error);
}

async function make(folder: string | undefined): Promise<void> {
  if (folder === undefined || !existsSync(join(folder, 'case.sh')))
    throw new InputError(
      `${folder === undefined ? 'no folder is named' : `${folder} has no case.sh`}; say: npm run capture suites/captures/last-finack`,
    );
  const script = join(folder, 'case.sh');
  const programs = ['busybox', 'tcpdump', ...programsOf(await readFile(script, 'utf8'))];
  // Before anything is fetched or booted.
  for (const name of programs) programHere(name);
  const { options } = await guestOptions(undefined, console.error);
  const extra = cpio(orderedTree(await extras(script, programs)));
  // The kernel unpacks archives one after the other.
  const image = await namelessFile(Buffer.concat([await readFile(options.initramfsPath), extra]));
  const guest = await Guest.boot({ ...options, initramfsPath: image.path, memoryMiB: 384 }).finally(() =>
    image.close(),
  );
  try {
    const run = { op: 'exec', argv: ['/bin/sh', '/case.sh'], stdin: '', limitMs: LIMIT_MS } as const;
    const results = RESULTS.map((name) => ({ op: 'readFile', path: `/${name}` }) as const);
    for await (const played of guest.play([
      { setup: [{ op: 'netns' }, run, ...results], observe: [], steps: [] },
    ])) {
      if (played.kind !== 'played') throw new MachineError(played.what, { console: played.console });
      const [, ran, ...answers] = played.transcript.setup;
      console.error(
        Buffer.from(ran!.data)
          .toString('latin1')
          .replaceAll(/[^\n\x20-\x7e]/g, ''),
      );
      // Behind a length of four bytes.
      for (const [index, answer] of answers.entries())
        if (answer.errno === 0) await writeFile(join(folder, RESULTS[index]!), answer.data.subarray(4));
    }
  } finally {
    await guest.close();
  }
}

/** Programs with their libraries, the modules for Ethernet between namespaces, and the script. */
async function extras(script: string, programs: readonly string[]): Promise<GuestEntry[]> {
  const file = async (path: string, from: string): Promise<GuestEntry> => ({
    kind: 'file',
    path,
    mode: 0o755,
    content: await readFile(from),
  });
  const kernel = await readyKernel(undefined, console.error);
  const modules = kernel.modules.filter(({ name }) => ['veth', 'af_packet'].includes(name));
  const [busybox, ...others] = programs;
  const libraries = new Set<string>();
  for (const name of others)
    for (const library of await sharedLibraries(programHere(name))) libraries.add(library);
  return [
    await file('/bin/busybox', programHere(busybox!)),
    ...APPLETS.map((name): GuestEntry => ({ kind: 'symlink', path: `/bin/${name}`, target: 'busybox' })),
    ...(await Promise.all(others.map((name) => file(`/usr/bin/${name}`, programHere(name))))),
    ...(await Promise.all(
      [...libraries].map((path) => file(`/usr/lib/extra/${path.split('/').at(-1)}`, path)),
    )),
    ...(await Promise.all(
      modules.map(
        async ({ name, path }): Promise<GuestEntry> => ({
          kind: 'file',
          path: `/extra/${name}.ko`,
          mode: 0o644,
          content: await unpackModule(await readFile(path)),
        }),
      ),
    )),
    await file('/network.sh', fileURLToPath(new URL('network.sh', import.meta.url))),
    await file('/case.sh', script),
  ];
}

/** Besides busybox and tcpdump; a script names them in its first line. */
function programsOf(script: string): string[] {
  return /^# programs: (.+)/.exec(script)?.[1]?.split(' ') ?? [];
}

function programHere(name: string): string {
  const path = findProgram(name);
  if (path) return path;
  throw new MachineError(
    `missing: ${name}; run as root: apt-get install ${name === 'busybox' ? 'busybox-static' : name}`,
  );
}
