import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeExec } from '../directors/agent-protocol.ts';
import { Guest } from '../directors/microvm/guest.ts';
import { guestOptions } from '../directors/microvm/open.ts';
import { MachineError } from '../errors.ts';
import { cpio } from '../kernels/cpio.ts';
import { type GuestEntry, orderedTree } from '../kernels/guest-tree.ts';
import { type HostFile, withLibraries } from '../kernels/host-files.ts';
import { readyKernel } from '../kernels/kernel.ts';
import { moduleEntries } from '../kernels/module-entries.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { findScapy } from '../scapy-bridge/find-scapy.ts';
import { findProgram } from '../system/find-program.ts';
import { silent } from '../system/progress.ts';
import { testFolders } from '../system/test-folders.ts';
import { EXPORTS, type ExportKind, exported } from './export-command.ts';

/** Exported scripts on a real kernel, with all that they call: a shell, ipvsadm, iptables, Python and Scapy. */

const PYTHON = '/usr/bin/python3';
const LIMIT_MS = 400_000;
const folder = testFolders();
let guest: Guest;

/** Python that has Scapy; where it is neither there nor can be installed, that is said, and is a failure where CI is "true". */
const python = await findScapy(silent).catch((error: MachineError) => {
  if (process.env.CI === 'true') throw error;
  console.warn(`skipped: exported scripts in a guest (${error.message})`);
  return undefined;
});

describe.skipIf(!python)('in a guest', () => {
  beforeAll(async () => {
    const { options } = await guestOptions(undefined, silent);
    const image = join(await folder(), 'guest.cpio');
    // The kernel unpacks archives one after the other; a later file takes the place of an earlier one.
    const extra = cpio(orderedTree([...(await programs()), ...(await wires())]));
    await writeFile(image, Buffer.concat([await readFile(options.initramfsPath), extra]));
    guest = await Guest.boot({ ...options, initramfsPath: image, memoryMiB: 384 });
  });
  afterAll(() => guest?.close());

  it.each(['sh', 'scapy'] as const)(
    '%s: LVS-NAT whose rules drop the last FIN does what the model does, and what is expected',
    async (kind) => {
      const { code, stdout, stderr } = await played(scriptOf(LAST_FIN, kind));
      expect(stderr).toBe('');
      expect(stdout).not.toContain('FAIL');
      expect(stdout).toMatch(/^ok {3}step 5 f1 client > F\. 1:1\(0\) ack 1$/m);
      expect(stdout).toContain('not checked here: dropped at LOCAL_IN filter');
      expect(code).toBe(0);
    },
  );

  it('sh: LVS-DR, answers of REJECT and seconds that pass', async () => {
    const { code, stdout, stderr } = await played(scriptOf(REJECTED, 'sh'));
    expect(stderr).toBe('');
    expect(stdout.match(/^ok/gm)).toHaveLength(5);
    expect(code).toBe(0);
  });

  it('sh: says which expectation is not met, and where another director does otherwise', async () => {
    const wrong = LAST_FIN.replace('to CIP1 from VIP:80', 'to CIP1 from VIP:81');
    const script = scriptOf(wrong.replace('[nothing out,', '[to RIP1,'), 'sh');
    const { code, stdout } = await played(script);
    expect(code).toBe(1);
    expect(stdout.match(/^FAIL.*$/gm)).toEqual([
      'FAIL step 2 f1 server > S. 0:0(0) ack 1',
      'FAIL step 5 f1 client > F. 1:1(0) ack 1',
    ]);
    expect(stdout).toContain('expected: to CIP1 from VIP:81; seen: wire=client ');
    expect(stdout).toContain('expected: to RIP1; seen: nothing out');
    const another = scriptOf(LAST_FIN, 'sh').replace(':INPUT DROP', ':INPUT ACCEPT');
    const open = await played(another.replace('192.168.1.11:80 -m', '192.168.1.11:81 -m'));
    expect(open.code).toBe(1);
    expect(open.stdout).toContain('not expected: wire=server to=02005e000001 ');
    expect(open.stdout).toContain('expected: nothing out; seen: wire=server ');
    expect(open.stdout).toContain('frame 1: dport is 81, not 80');
  });
});

const LAST_FIN = `title: the last FIN
director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
  rules: |
    *filter
    :INPUT DROP [0:0]
    -A INPUT -m state --state RELATED,NEW,ESTABLISHED -j ACCEPT
    COMMIT
timeline:
  - f1 client > S 0:0(0)
  - expect: to RIP1
  - f1 server > S. 0:0(0) ack 1
  - expect: to CIP1 from VIP:80
  - f1 client > . 1:1(0) ack 1
  - f1 server > F. 1:1(0) ack 1
  - f1 client > F. 1:1(0) ack 1
  - expect: [nothing out, dropped at LOCAL_IN filter]
`;

const REJECTED = `title: REJECT and the time
director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1
  rules: |
    *filter
    -A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
    -A INPUT -p tcp -m state --state NEW -m tcp --dport 80 --syn -j ACCEPT
    -A INPUT -j REJECT --reject-with icmp-host-prohibited
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1, net.ipv4.conf.eth1.rp_filter: 0 }
timeline:
  - f1 client > S 0:0(0)
  - expect: to RIP1
  - f1 client > P. 1:6(5) ack 1
  - expect: answered icmp host-prohibited
  - do: iptables -D INPUT 3
  - +2s
  - f1 client > P. 1:6(5) ack 1
  - expect: to RIP1
`;

function scriptOf(scenario: string, kind: ExportKind & ('sh' | 'scapy')): string {
  const given = exported(parseScenarioFile(scenario, 'case.yaml'));
  const alone = EXPORTS.sh(given);
  const call = 'in_ns python3 "$FOLDER/player.py"\n';
  expect(alone.endsWith(call)).toBe(true);
  if (kind === 'sh') return alone;
  // The other script's director does for this one.
  return `${alone.slice(0, -call.length)}cat > "$FOLDER/case.py" <<'SCAPY-END'
${EXPORTS.scapy(given)}SCAPY-END
in_ns python3 "$FOLDER/case.py" far-eth0 far-eth1
`;
}

async function played(script: string): Promise<ReturnType<typeof decodeExec>> {
  const exec = { op: 'exec', argv: ['/bin/sh', '-s'], stdin: script, limitMs: LIMIT_MS } as const;
  for await (const result of guest.play([{ setup: [{ op: 'netns' }, exec], observe: [], steps: [] }])) {
    if (result.kind !== 'played') throw new MachineError(result.what, { console: result.console });
    return decodeExec(result.transcript.setup[1]!);
  }
  throw new Error('nothing was played');
}

/** What the scripts call and what no guest has. */
async function programs(): Promise<GuestEntry[]> {
  const called = ['sh', 'cat', 'mktemp', 'rm', 'sysctl', 'python3'].map((name): HostFile => {
    const from = name === 'python3' ? PYTHON : findProgram(name);
    if (from === undefined) throw new MachineError(`${name} is not on this machine`);
    return { from, to: `/usr/bin/${name}` };
  });
  const sh: GuestEntry = { kind: 'symlink', path: '/bin/sh', target: '/usr/bin/sh' };
  const files = pythonFiles();
  const isBinary = ({ from }: HostFile): boolean => from.endsWith('.so');
  const texts = files
    .filter((file) => !isBinary(file))
    .map(
      async ({ from, to }): Promise<GuestEntry> => ({
        kind: 'file',
        path: to,
        mode: 0o644,
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
function pythonFiles(): HostFile[] {
  const ask = `import sys
sys.modules["cryptography"] = None
import json, socket, subprocess, time
from scapy.all import AsyncSniffer, Ether, sendp
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
async function wires(): Promise<GuestEntry[]> {
  const entries = await moduleEntries(await readyKernel(undefined, silent), ['veth', 'af_packet']);
  return entries.filter(({ path }) => /\/(veth|af_packet|order)(\.ko)?$/.test(path));
}
