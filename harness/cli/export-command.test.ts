import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { testFolders } from '../system/test-folders.ts';
import { EXPORTS, type ExportKind, exported } from './export-command.ts';

const folder = testFolders();

/** Texts that would leave a file behind if a shell, Python or Markdown took them for more than texts. */
const HOSTILE =
  `title: "$(touch HACKED) \`touch HACKED\` '; touch HACKED #\\nLVS-CASE-END\\ntouch HACKED\\n\\"); import os; os.system('touch HACKED')"
source: "\`\`\`\\nLVS-CASE-END\\ntouch HACKED"
director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
  rules: |
    *filter
    -A INPUT -m comment --comment "$(touch HACKED)'; touch HACKED; '" -j ACCEPT
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1 }
timeline:
  - f1 client > S 0:0(0)
  - expect: to RIP1
  - f1 client > P. 1:40(39) ack 1 data '$(touch%20HACKED)&';touch%20HACKED
  - +10ms
  - do: iptables -A INPUT -m comment --comment "'; touch HACKED; $(touch HACKED)" -j DROP
`.replace(`data '$(touch%20HACKED)"""&'; touch HACKED'`, "data '$(touch%20HACKED)&';touch%20HACKED");

const made = (kind: ExportKind) => EXPORTS[kind](exported(parseScenarioFile(HOSTILE, 'x.yaml')));

/** Programs that do nothing, in place of those that the script calls. */
const STUBS = ['ip', 'ipvsadm', 'iptables-restore', 'sysctl', 'python3'];

it('a script for any box runs nothing of what a scenario says', async () => {
  const dir = await folder();
  for (const name of STUBS) await writeFile(join(dir, name), '#!/bin/sh\ncat > /dev/null\n', { mode: 0o755 });
  await writeFile(join(dir, 'case.sh'), made('sh'));
  const env = { PATH: `${dir}:/usr/bin:/bin` };
  const { status, stderr } = spawnSync('/bin/sh', ['case.sh'], {
    cwd: dir,
    env,
    encoding: 'utf8',
    input: '',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(existsSync(join(dir, 'HACKED'))).toBe(false);
});

it.each(['sh', 'scapy'] as const)(
  'the Python of %s is Python, and holds the texts as texts',
  async (kind) => {
    const dir = await folder();
    const whole = String(made(kind));
    const python =
      kind === 'sh' ? /player\.py" <<'LVS-CASE-END'\n([\s\S]*?)LVS-CASE-END\n/.exec(whole)![1]! : whole;
    await writeFile(join(dir, 'case.py'), python);
    const names = `import ast,sys; print([type(each).__name__ for each in ast.parse(open(sys.argv[1]).read()).body])`;
    const { status, stdout } = spawnSync('/usr/bin/python3', ['-I', '-c', names, join(dir, 'case.py')], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('FunctionDef');
    expect(existsSync(join(dir, 'HACKED'))).toBe(false);
  },
);

/** A fragment whose rest never comes, and a wait after which the kernel has or has not said so. */
const lost = (wait: string) => `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
timeline:
  - f1 client > S 0:0(0) frag 0+8 mf
  - ${wait}
  - expect: answered icmp 11/1
  - f1 client > S 0:0(0)
`;

it('what hangs on the moment at which a timer ends is not compared, and else it is', () => {
  const [early, late] = ['+31s', '+33s'].map(
    (wait) => exported(parseScenarioFile(lost(wait), 'x.yaml')).steps[1]!,
  );
  expect(early).toMatchObject({ undetermined: true, expected: [{ fields: undefined }] });
  expect(late).toMatchObject({ undetermined: false });
  expect(late!.emitted).toHaveLength(1);
});

it('a bug report has everything, and the texts in it are texts', () => {
  const text = String(made('markdown'));
  expect(text.split('\n')[0]).toMatch(/^# \$\(touch HACKED\) \\`touch HACKED\\`/);
  expect(text).toContain('- step 1, after `f1 client > S 0:0(0)`: to RIP1');
  for (const part of ['ipvsadm-save -n', '|-->|', '## Expected', 'to RIP1', 'lvscheck replay case.yaml'])
    expect(text).toContain(part);
});

it('a capture is pcapng of both wires', async () => {
  const bytes = Buffer.from(made('pcap') as Uint8Array);
  expect(bytes.subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
  expect(bytes.includes('client')).toBe(true);
  expect(await readFile(new URL('./export-command.ts', import.meta.url), 'utf8')).not.toContain(
    'child_process',
  );
});
