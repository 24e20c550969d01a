import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { printRuleset } from '../../spec/config/iptables-print.ts';
import { printServices } from '../../spec/config/ipvsadm-print.ts';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import { kernelOf } from '../../spec/kernel.ts';
import { pcapOf } from '../import/made-up-capture.ts';
import { framesOf } from '../import/made-up-frames.ts';
import { readScenarioFile } from '../replay/read-scenario.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { testFolders } from '../system/test-folders.ts';
import { explainingModel } from './model-subjects.ts';

const folder = testFolders();
const PROGRAM = fileURLToPath(new URL('./lvscheck.js', import.meta.url));

/** The firewall accepts no packet that conntrack takes for INVALID, and the real server's answers never came. */
const CASE = `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
    -a -t VIP:80 -r RIP2:80 -m -w 1
  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    :OUTPUT DROP [0:0]
    -A OUTPUT -m state --state NEW -j ACCEPT
    -A INPUT -s 10.0.0.0/24 -m comment --comment "ACME Ltd." -j ACCEPT
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1 }
timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - +1s
  - f1 client > . 1:1(0) ack 1
  - +1s
  - f2 client > S 0:0(0)
`;

async function files() {
  const scenario = parseScenarioFile(CASE, 'x.yaml');
  const dir = await folder();
  const path = (name: string) => join(dir, name);
  await writeFile(path('case.pcap'), pcapOf(framesOf(scenario, explainingModel()), 'cooked', 96));
  const [services, rules] = [
    CASE.match(/ {4}-A -t[^:]*VIP:80[\s\S]*?(?=\n {2}rules)/)![0],
    CASE.match(/ {4}\*filter[\s\S]*?COMMIT/)![0],
  ];
  const numeric = (text: string) =>
    text
      .replaceAll('VIP', '10.0.0.100')
      .replaceAll(/RIP(\d)/g, '192.168.1.1$1')
      .replaceAll(/^ +/gm, '');
  await writeFile(path('ipvs.txt'), numeric(services));
  await writeFile(path('rules.txt'), `${numeric(rules)}\n`);
  await writeFile(path('sysctl.txt'), 'net.ipv4.vs.conntrack = 1\n');
  return path;
}

function lvscheck(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const captured = (folder: string, name: string) =>
  fileURLToPath(new URL(`../../suites/captures/${folder}/${name}`, import.meta.url));
const real = (name: string) => captured('last-finack', name);

describe('lvscheck import', () => {
  it('tells where the packet was dropped, and keeps what that needs', async () => {
    const path = await files();
    const given = ['--ipvs', path('ipvs.txt'), '--rules', path('rules.txt'), '--sysctl', path('sysctl.txt')];
    const { status, stdout } = lvscheck(
      'import',
      path('case.pcap'),
      ...given,
      '-o',
      path('case.yaml'),
      '--shrink',
      '--anonymise',
    );
    expect(status).toBe(0);
    expect(stdout).toContain('dropped at LOCAL_OUT; iptable_filter OUTPUT: policy DROP');
    expect(stdout).not.toContain('10.0.0.');
    const text = await readFile(path('case.yaml'), 'utf8');
    expect(text).toContain('f1 client > . 1:1(0) ack 1');
    for (const gone of ['f2', 'ACME', 'case.pcap', 'RIP1']) expect(text).not.toContain(gone);
    expect(parseScenarioFile(text, 'x.yaml').director.topology).toEqual(TWO_ARMED);
  });

  it("shows the client's last FIN lost, in a capture of real programs (LVS-HOWTO 29.15)", async () => {
    const out = join(await folder(), 'case.yaml');
    const given = ['--ipvs', real('ipvs.txt'), '--rules', real('rules.txt'), '--sysctl', real('sysctl.txt')];
    const { status, stdout } = lvscheck('import', real('case.pcap'), ...given, '-o', out, '--shrink');
    expect(status).toBe(0);
    expect(stdout).toContain('f1 client > F. 77:77(0)');
    expect(stdout).toContain('dropped at LOCAL_IN; iptable_filter INPUT: policy DROP');
    const { timeline, expectations } = parseScenarioFile(await readFile(out, 'utf8'), out);
    expect(timeline.length).toBeLessThan(8);
    // The rule at fault is still the whole rule.
    expect(await readFile(out, 'utf8')).toContain('--ctstate NEW,RELATED,ESTABLISHED -j ACCEPT');
    expect(expectations!.at(-1)).toEqual({ after: timeline.length, fact: { kind: 'nothing' } });
  });

  it('shows the data connection that is not RELATED, in a capture of a real FTP server', async () => {
    const out = join(await folder(), 'case.yaml');
    const ftp = (name: string) => captured('ftp-not-related', name);
    const given = ['--ipvs', ftp('ipvs.txt'), '--rules', ftp('rules.txt'), '--sysctl', ftp('sysctl.txt')];
    const { status, stdout } = lvscheck('import', ftp('case.pcap'), ...given, '-o', out);
    expect(status).toBe(0);
    expect(stdout).not.toContain('note:');
    expect(stdout).toContain('the model did the same each time: 15 observations');
    expect(stdout).toMatch(
      /f2 client > S .*\n {2}your director: nothing out\n {2}the model: dropped at LOCAL_IN/,
    );
    expect(await readFile(out, 'utf8')).toContain(
      'says "229 Entering Extended Passive Mode (|||30008|)\\r\\n"',
    );
  });

  it('--shrink keeps what it takes to be not RELATED: the rule, the announcement, and the lines before it', async () => {
    const out = join(await folder(), 'case.yaml');
    const ftp = (name: string) => captured('ftp-not-related', name);
    const given = ['--ipvs', ftp('ipvs.txt'), '--rules', ftp('rules.txt'), '--sysctl', ftp('sysctl.txt')];
    const { status, stdout } = lvscheck('import', ftp('case.pcap'), ...given, '-o', out, '--shrink');
    expect(status).toBe(0);
    expect(stdout).toContain(
      '  conntrack takes it for NEW; as ESTABLISHED or RELATED it would pass; with "iptables -t raw -I PREROUTING -p tcp --dport 21 -j CT --helper ftp" it would pass',
    );
    const text = await readFile(out, 'utf8');
    expect(text).toContain('--ctstate RELATED,ESTABLISHED -j ACCEPT');
    expect(text).toContain('says "229 Entering Extended Passive Mode (|||30008|)');
    expect(parseScenarioFile(text, out).timeline.length).toBeLessThan(12);
  });

  it('tells which kernels do what the director did, and which change decides', async () => {
    const file = new URL('../../suites/scenarios/conntrack/ct-stale-ack-invalid.yaml', import.meta.url);
    const late = await readScenarioFile(fileURLToPath(file));
    const old = explainingModel(kernelOf({ release: '5.10', version: '5.10', hz: 250 }));
    const path = await files();
    await writeFile(path('late.pcap'), pcapOf(framesOf(late, old), 'cooked'));
    await writeFile(path('ipvs.txt'), printServices(late.director.services, 'numeric'));
    await writeFile(path('rules.txt'), printRuleset(late.director.rules, 'numeric'));
    const given = ['--ipvs', path('ipvs.txt'), '--rules', path('rules.txt'), '--sysctl', path('sysctl.txt')];
    const { stdout } = lvscheck('import', path('late.pcap'), ...given, '-o', path('late.yaml'));
    const [, packet] = /^packet (\d+) .*\n {2}your director: nothing out\n {2}the model/m.exec(stdout)!;
    expect(stdout).toContain('kernels 5.10: all that your director did\n');
    expect(stdout).toContain(`kernels 6.1 to 7.3: to RIP1 at packet ${packet}\n`);
    expect(stdout).toContain('decided by conntrack-late-is-not-invalid (since 6.1): ');
  });

  it('says that sh, which hashes addresses, may pick another server for those of the scenario', async () => {
    const ipvs = join(await folder(), 'ipvs.txt');
    await writeFile(ipvs, (await readFile(real('ipvs.txt'), 'utf8')).replace(':80 rr', ':80 sh'));
    const { status, stderr } = lvscheck('import', real('case.pcap'), '--ipvs', ipvs);
    expect(status).toBe(0);
    expect(stderr).toContain('note: sh picks servers by addresses');
  });

  it('names the rules with limits, what they may do in the scenario, and what to do next', async () => {
    const path = await files();
    const text = await readFile(path('rules.txt'), 'utf8');
    const log = '-A INPUT -m limit --limit 5/minute -j LOG';
    await writeFile(
      path('rules.txt'),
      text.replace('COMMIT', `-A INPUT -m comment --comment "no -m limit" -j ACCEPT\n${log}\n${log}\nCOMMIT`),
    );
    const { status, stderr } = lvscheck(
      'import',
      path('case.pcap'),
      '--ipvs',
      path('ipvs.txt'),
      '--rules',
      path('rules.txt'),
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /note: .*rules\.txt:7, 8: how much of a limit is left no capture shows: .* take "-m limit \.\.\." out of the rule and import again/,
    );
  });

  it.each([
    ['ipvs.txt', '-s rr', '-s rrr', /ipvs\.txt:1:\d+: "rrr" is no scheduler/],
    ['rules.txt', '-m state', '-m hashlimit', /rules\.txt:4:\d+: .*hashlimit/],
    ['rules.txt', '-A OUTPUT -m', '-A OUTPUT -o bond7 -m', /rules\.txt:4:14: .*--client-device bond7/],
    ['sysctl.txt', '= 1', '= 7', /sysctl\.txt:1:\d+: "7" is no value of net\.ipv4\.vs\.conntrack/],
    ['ipvs.txt', '10.0.0.100', '10.9.9.9', /case\.pcap: no client's packet to a service is in it/],
  ])('names the place in %s that has %j as %j', async (name, from, to, message) => {
    const path = await files();
    await writeFile(path(name), (await readFile(path(name), 'utf8')).replaceAll(from, to));
    const given = ['--ipvs', path('ipvs.txt'), '--rules', path('rules.txt'), '--sysctl', path('sysctl.txt')];
    const { status, stderr } = lvscheck('import', path('case.pcap'), ...given);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
