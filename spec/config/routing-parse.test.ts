import { describe, expect, it } from 'vitest';
import { parseRouting } from './routing-parse.ts';
import { printRouting } from './routing-print.ts';
import { TextError } from './text-error.ts';

const LINES = [
  'ip rule add fwmark 0x1 lookup 100',
  'ip rule add from VIP to 192.168.1.0/24 iif eth1 priority 50 lookup main',
  'ip rule add fwmark 0x0/0xff prohibit',
  'ip route add local 0.0.0.0/0 dev lo table 100',
  'ip route add 0.0.0.0/0 via CIP3 dev eth0 table main',
  'ip route add 10.9.0.0/16 dev eth1 table 7',
  'ip route add unreachable RIP2 table main',
  'ip route add throw RIP2 table 100',
];

describe('routing', () => {
  it.each(LINES)('%s: is read and printed alike', (line) => {
    expect(printRouting(parseRouting(line), 'named')).toBe(`${line}\n`);
  });

  it('knows the words that people use instead, and what they leave out', () => {
    const text = `# transparent proxy
      ip rule add pref 9 from all fwmark 1/0xff table local
      ip route add default via RIP1
      ip route add local RIP3 dev lo`;
    expect(printRouting(parseRouting(text), 'named').split('\n')).toEqual([
      'ip rule add from 0.0.0.0/0 fwmark 0x1/0xff priority 9 lookup local',
      'ip route add 0.0.0.0/0 via RIP1 dev eth1 table main',
      'ip route add local RIP3 dev lo table local',
      '',
    ]);
  });

  it.each([
    ['ip rule del fwmark 1 lookup 100', 'adds no routing; allowed: ip rule add … and ip route add …'],
    [
      'ip rule add fwmrk 1 lookup 100',
      '"fwmrk" is no word of a rule that is modelled; allowed: from to fwmark',
    ],
    ['ip rule add from VIP', 'the rule says nothing about what shall be done; allowed: lookup TABLE'],
    ['ip rule add lookup 1 lookup 2', '"lookup" is said twice'],
    ['ip rule add fwmark 0 lookup 1', 'fwmark 0 without a mask holds for every packet'],
    ['ip route add default', 'the route does not say where it leads; add via RIP1'],
    ['ip route add default via VIP', '"VIP" is no router that the director can reach'],
    ['ip route add default via CIP1 dev eth1', 'the router is not on the network of eth1'],
    ['ip route add default dev eth1 via CIP1', 'the router is not on the network of eth1'],
    ['ip route add default dev eth2', '"eth2" is no device that is modelled; allowed: lo eth0 eth1'],
    ['ip route add local RIP1 via RIP2', 'a local route has no router'],
    ['ip route add blackhole RIP1 dev lo', 'a route of type blackhole leads nowhere'],
    ['ip route add RIP1 dev lo', 'to send a packet to lo it must be local'],
    ['ip route add 192.168.1.9/24 dev eth1', '"192.168.1.9/24" has bits behind its length'],
    ['ip route add 192.168.1.0/24 via RIP1', 'there is such a route already'],
    ['ip route add local VIP dev lo', 'there is such a route already'],
    ['ip rule add to VIP lookup 1\nip rule add to VIP lookup 1', 'there is such a rule already'],
    // Who asks for everybody is compared by nothing else (fib4_rule_compare).
    [
      'ip rule add to VIP priority 5 lookup 1\nip rule add priority 5 lookup 1',
      'there is such a rule already',
    ],
    [
      'ip rule add from 0.0.0.0/0 lookup 1\nip rule add to 0.0.0.0/0 lookup 1',
      'there is such a rule already',
    ],
  ])('%s: is refused', (text, complaint) => {
    expect(() => parseRouting(text)).toThrow(TextError);
    expect(() => parseRouting(text)).toThrow(complaint);
  });
});
