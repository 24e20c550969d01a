import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acrossChange, type Kernel, kernelOf } from '../../spec/kernel.ts';
import type { Guest } from '../directors/microvm/guest.ts';
import { readyKernel } from '../kernels/kernel.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { findScapy } from '../scapy-bridge/find-scapy.ts';
import { neededForTests } from '../system/needed-for-tests.ts';
import { silent } from '../system/progress.ts';
import { EXPORTS, exported } from './export-command.ts';
import { withScapyPlayer } from './scapy-player.ts';
import { PLAYER_IMPORTS, playedScript, scriptsGuest } from './scripts-guest.ts';

/** Exported scripts on a real kernel, with all that they call: a shell, ipvsadm, iptables, Python and Scapy. */

const scapy = await neededForTests('no Scapy', () => findScapy(silent));
let guest: Guest;
let kernel: Kernel;

const KINDS = scapy ? (['sh', 'scapy'] as const) : (['sh'] as const);

describe('in a guest', () => {
  beforeAll(async () => {
    kernel = kernelOf(await readyKernel(undefined, silent));
    guest = await scriptsGuest(undefined, PLAYER_IMPORTS[scapy ? 'scapy' : 'sh']);
  });
  afterAll(() => guest?.close());

  it.each(KINDS)(
    '%s: LVS-NAT whose rules drop the last FIN does what the model does, and what is expected',
    async (kind) => {
      const { code, stdout, stderr } = await playedScript(guest, scriptOf(LAST_FIN, kind));
      expect(stderr).toBe('');
      expect(stdout).not.toContain('FAIL');
      expect(stdout).toMatch(/^ok {3}step 5 f1 client > F\. 1:1\(0\) ack 1$/m);
      expect(stdout).toContain('not checked here: dropped at LOCAL_IN filter');
      expect(code).toBe(0);
    },
  );

  it('sh: LVS-DR, answers of REJECT and seconds that pass', async () => {
    const { code, stdout, stderr } = await playedScript(guest, scriptOf(REJECTED, 'sh'));
    expect(stderr).toBe('');
    expect(stdout.match(/^ok/gm)).toHaveLength(5);
    expect(code).toBe(0);
  });

  it('sh: says what differs between kernels where it was made for another one', async () => {
    const given = exported(
      parseScenarioFile(OVERLOAD, 'case.yaml'),
      acrossChange(kernel, 'threshold-on-edit'),
    );
    const { code, stdout } = await playedScript(guest, EXPORTS.sh(given));
    expect(code).toBe(1);
    expect(stdout.match(/^FAIL.*$/gm)).toEqual(['FAIL step 3 f2 client > S 0:0(0)']);
    expect(stdout).toContain(`this is kernel ${kernel.release}; what is to come out`);
    expect(stdout).toMatch(/^on kernels .* other frames come out: threshold-on-edit, since /m);
  });

  it('sh: says which expectation is not met, and where another director does otherwise', async () => {
    const wrong = LAST_FIN.replace('to CIP1 from VIP:80', 'to CIP1 from VIP:81');
    const script = scriptOf(wrong.replace('[nothing out,', '[to RIP1,'), 'sh');
    const { code, stdout } = await playedScript(guest, script);
    expect(code).toBe(1);
    expect(stdout.match(/^FAIL.*$/gm)).toEqual([
      'FAIL step 2 f1 server > S. 0:0(0) ack 1',
      'FAIL step 5 f1 client > F. 1:1(0) ack 1',
    ]);
    expect(stdout).toContain('expected: to CIP1 from VIP:81; seen: wire=client ');
    expect(stdout).toContain('expected: to RIP1; seen: nothing out');
    const another = scriptOf(LAST_FIN, 'sh').replace(':INPUT DROP', ':INPUT ACCEPT');
    const open = await playedScript(guest, another.replace('192.168.1.11:80 -m', '192.168.1.11:81 -m'));
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
  routing: |
    ip rule add from RIP1 iif eth1 fwmark 0/0xff priority 50 lookup 101
    ip route add default via CIP2 table 101
    ip route add blackhole RIP4
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

const OVERLOAD = `title: full after an edit
director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1 -x 3
timeline:
  - f1 client > S 0:0(0)
  - do: ipvsadm -e -t VIP:80 -r RIP1:80 -g -w 1 -x 1
  - f2 client > S 0:0(0)
`;

function scriptOf(scenario: string, kind: (typeof KINDS)[number]): string {
  const given = exported(parseScenarioFile(scenario, 'case.yaml'), kernel);
  return kind === 'sh' ? EXPORTS.sh(given) : withScapyPlayer(given);
}
