import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodeExec } from '../directors/agent-protocol.ts';
import { Guest } from '../directors/microvm/guest.ts';
import { guestOptions } from '../directors/microvm/open.ts';
import { MachineError } from '../errors.ts';
import { cpio } from '../kernels/cpio.ts';
import { type GuestEntry, orderedTree } from '../kernels/guest-tree.ts';
import { type HostFile, withLibraries } from '../kernels/host-files.ts';
import { readyKernel } from '../kernels/kernel.ts';
import { moduleEntries } from '../kernels/module-entries.ts';
import { findProgram } from '../system/find-program.ts';
import { namelessFile } from '../system/nameless-file.ts';
import { silent } from '../system/progress.ts';

/** A guest that plays exported scripts: with all that they call, a shell, ipvsadm, iptables, Python. */

const PYTHON = '/usr/bin/python3';
/** Of the guest, whose time flies while nothing happens. */
const LIMIT_MS = 4 * 3_600_000;

/** What the players of exported scripts import, and what Scapy does when it listens. */
export const PLAYER_IMPORTS = {
  sh: 'import json, os, socket, subprocess, sys, time',
  scapy: `import json, os, shlex, socket, subprocess, sys, time
import scapy.automaton
from scapy.layers.l2 import Ether
from scapy.sendrecv import AsyncSniffer, sendp`,
} as const;

/**
 * Boots one; `imports` is what its Python can import.
 * @throws MachineError when the machine lacks a program
 */
export async function scriptsGuest(kernel: string | undefined, imports: string): Promise<Guest> {
  const { options } = await guestOptions(kernel, silent);
  // The kernel unpacks archives one after the other; a later file takes the place of an earlier one.
  const extra = cpio(orderedTree([...(await scriptPrograms(imports)), ...(await wires(kernel))]));
  const image = await namelessFile(Buffer.concat([await readFile(options.initramfsPath), extra]));
  try {
    return await Guest.boot({ ...options, initramfsPath: image.path, memoryMiB: 384 });
  } finally {
    await image.close();
  }
}

/** What a script says, and with which code it ends. */
export async function playedScript(guest: Guest, script: string): Promise<ReturnType<typeof decodeExec>> {
  const exec = { op: 'exec', argv: ['/bin/sh', '-s'], stdin: script, limitMs: LIMIT_MS } as const;
  for await (const result of guest.play([{ setup: [{ op: 'netns' }, exec], observe: [], steps: [] }])) {
    if (result.kind !== 'played') throw new MachineError(result.what, { console: result.console });
    return decodeExec(result.transcript.setup[1]!);
  }
  throw new Error('nothing was played');
}

/** What the scripts call and what no guest has. */
export async function scriptPrograms(imports: string): Promise<GuestEntry[]> {
  const called = ['sh', 'cat', 'mktemp', 'rm', 'sysctl', 'python3'].map((name): HostFile => {
    const from = name === 'python3' ? PYTHON : findProgram(name);
    if (from === undefined || !existsSync(from)) throw new MachineError(`${name} is not on this machine`);
    return { from, to: `/usr/bin/${name}` };
  });
  const sh: GuestEntry = { kind: 'symlink', path: '/bin/sh', target: '/usr/bin/sh' };
  const files = pythonFiles(imports);
  const isBinary = ({ from }: HostFile): boolean => from.endsWith('.so');
  const texts = files
    .filter((file) => !isBinary(file))
    .map(
      async ({ from, to }): Promise<GuestEntry> => ({
        ...{ kind: 'file', path: to, mode: 0o644 },
        content: await readFile(from),
      }),
    );
  return [
    ...(await withLibraries([...called, ...files.filter(isBinary)])),
    ...(await Promise.all(texts)),
    sh,
  ];
}

/** Modules of Python that the players load, compiled, in their sources' places: that is quicker there. */
function pythonFiles(imports: string): HostFile[] {
  const ask = `${imports}
print(json.dumps([[each.__file__, getattr(each, "__cached__", None)] for each in list(sys.modules.values()) if getattr(each, "__file__", None)]))`;
  const said = execFileSync(PYTHON, ['-I', '-c', ask], { encoding: 'utf8' });
  const files = JSON.parse(said) as [file: string, cached: string | null][];
  return files.map(([file, cached]) =>
    cached && cached !== file && existsSync(cached)
      ? { from: cached, to: file.replace(/\.py$/, '.pyc') }
      : { from: file, to: file },
  );
}

/** Ethernet between namespaces, and sockets that see it. */
async function wires(kernel: string | undefined): Promise<GuestEntry[]> {
  const entries = await moduleEntries(await readyKernel(kernel, silent), ['veth', 'af_packet']);
  return entries.filter(({ path }) => /\/(veth|af_packet|order)(\.ko)?$/.test(path));
}
