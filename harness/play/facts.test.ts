import { expect, it } from 'vitest';
import { kernelOf } from '../../spec/kernel.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { ModelDirector } from '../directors/model.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { bind } from './bind.ts';
import { firstUnmet } from './expectations.ts';

const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });

/** A connection through LVS-NAT behind a firewall that lets new packets in only. */
const scenario = (...timeline: string[]): Scenario =>
  parseScenarioFile(
    `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -m -w 1
  rules: |
    *filter
    :INPUT DROP [0:0]
    -A INPUT -p tcp --dport 80 -m state --state NEW -j ACCEPT
    -A INPUT -p tcp --dport 80 --tcp-flags URG URG -j REJECT --reject-with tcp-reset
    -A INPUT -p tcp --dport 80 --tcp-flags PSH PSH -j REJECT --reject-with icmp-host-prohibited
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1 }
timeline:
${timeline.map((line) => `  - ${line}\n`).join('')}`,
    'test.yaml',
  );

const unmet = (...timeline: string[]) => unmetIn(scenario(...timeline));

async function unmetIn(given: Scenario) {
  const model = new ModelDirector(KERNEL);
  const plan = bind(given, model);
  for await (const played of model.play([plan])) {
    if (played.kind !== 'played') throw new Error(played.kind);
    const expected = { observations: played.observations, traces: played.traces! };
    return firstUnmet({ plan, kernel: KERNEL, observations: played.observations, expected });
  }
  return undefined;
}

const SYN = 'f1 client > S 0:0(0)';
const HANDSHAKE = [SYN, 'f1 server > S. 0:0(0) ack 1'];

it.each([
  [SYN, 'to RIP1'],
  [SYN, 'to RIP1 from CIP1:40001 ttl 63'],
  [SYN, 'rule INPUT 1 counted'],
  [SYN, 'rule INPUT 2 silent'],
  [SYN, 'ActiveConn 1 InActConn 0'],
  [SYN, 'ActiveConn 1 InActConn 0 of RIP1'],
  [SYN, 'ipvs SYN_RECV to RIP1'],
  [SYN, 'ipvs SYN_RECV for 60s of f1'],
  [SYN, 'conntrack SYN_SENT UNREPLIED'],
  [SYN, 'conntrack any'],
])('%s: %s', async (step, fact) => {
  expect(await unmet(step, `expect: ${fact}`)).toBeUndefined();
});

it('knows what a packet that is dropped and answered comes to', async () => {
  const seen = await unmet(
    ...HANDSHAKE,
    'expect: [to CIP1, conntrack SYN_RECV REPLIED]',
    'f1 client > . 1:1(0) ack 1',
    'expect: [nothing out, dropped at LOCAL_IN filter, rule INPUT 1 silent]',
    'f1 client > P. 1:2(1) ack 1',
    'expect: [answered icmp host-prohibited, dropped at LOCAL_IN filter]',
    'f1 client > U. 1:2(1) ack 1',
    'expect: answered rst',
    'do: ipvsadm -D -t VIP:443',
    'expect: refused',
  );
  expect(seen).toBeUndefined();
});

it.each([
  [SYN, 'to RIP2', 'to RIP1'],
  [SYN, 'to RIP1 ttl 64', 'to RIP1 ttl 63'],
  [SYN, 'to RIP1 from VIP:80', 'to RIP1 from CIP1:40001'],
  [SYN, 'nothing out', 'to RIP1'],
  [SYN, 'answered rst', 'to RIP1'],
  [SYN, 'dropped at LOCAL_IN filter', 'not dropped'],
  [SYN, 'rule INPUT 1 silent', 'rule INPUT 1 counted'],
  [SYN, 'ActiveConn 0 InActConn 1', 'ActiveConn 1 InActConn 0'],
  [SYN, 'ipvs none', 'ipvs SYN_RECV'],
  [SYN, 'ipvs SYN_RECV to RIP2', 'ipvs SYN_RECV to RIP1'],
  [SYN, 'conntrack ESTABLISHED', 'conntrack SYN_SENT'],
  ['+1s', 'ipvs SYN_RECV', 'ipvs none'],
  ['+1s', 'refused', 'accepted'],
])('%s: not %s, but %s', async (step, fact, actual) => {
  expect(await unmet(step, `expect: ${fact}`)).toMatchObject({
    step: 1,
    difference: { observable: 'expectations', expected: fact, actual },
  });
});

it('passes over what is expected of other kernels', async () => {
  const wrong = 'expect: nothing out\n    when: ';
  expect(await unmet(SYN, `${wrong}not reject-reset-closes-conntrack`)).toBeUndefined();
  expect(await unmet(SYN, `${wrong}reject-reset-closes-conntrack`)).toBeDefined();
});

it('knows a rule that is not there any more, as when shrinking took it away', async () => {
  const given = scenario(SYN, 'expect: rule INPUT 1 counted');
  const shrunk = { ...given, director: { ...given.director, rules: { tables: [] } } };
  expect(await unmetIn(shrunk)).toMatchObject({
    difference: { actual: 'there is no such rule' },
  });
});
