import { describe, expect, test } from 'vitest';
import { printRuleset } from './iptables-print.ts';
import { expectRefusal } from './refusal.fixture.ts';
import { parseRuleset } from './ruleset-parse.ts';

/** Matches on a packet's headers, and limits. */
describe('a match', () => {
  test.each([
    ['-p udp --dport 53 -j NFLOG --nflog-group 2', '-p udp -m udp --dport 53 -j NFLOG'],
    ['-p icmp --icmp-type echo-request', '-p icmp -m icmp --icmp-type 8'],
    ['-p icmp -m icmp ! --icmp-type 3/4 -j DROP', '-p icmp -m icmp ! --icmp-type 3/4 -j DROP'],
    ['-p icmp -m icmp -j DROP', '-p icmp -m icmp --icmp-type any -j DROP'],
    ['-m tos --tos Minimize-Delay', '-m tos --tos 0x10/0x3f'],
    ['-m dscp ! --dscp-class EF', '-m dscp ! --dscp 0x2e'],
    ['-p tcp -m tcpmss --mss 1400:', '-p tcp -m tcpmss --mss 1400:65535'],
    [
      '-m addrtype ! --src-type local --dst-type UNICAST',
      '-m addrtype ! --src-type LOCAL --dst-type UNICAST',
    ],
    ['-p vrrp -j ACCEPT', '-p 112 -j ACCEPT'],
    ['! -p 47', '! -p 47'],
    ['-p 200 -j DROP', '-p 200 -j DROP'],
    ['! -p 255', '! -p 255'],
    ['-p sctp -m multiport --dports 80,443', '-p 132 -m multiport --dports 80,443'],
    ['-p 0 -j DROP', '-j DROP'],
    ['-p ip -j DROP', '-j DROP'],
    ['-m conntrack ! --ctproto 0', '-m conntrack ! --ctproto 0'],
    ['-m limit -j LOG', '-m limit --limit 3/hour --limit-burst 5 -j LOG'],
    ['-m limit --limit 10/m --limit-burst 2', '-m limit --limit 10/minute --limit-burst 2'],
  ])('%s is %s', (written, printed) => {
    const text = printRuleset(parseRuleset(`*filter\n-A INPUT ${written}\nCOMMIT\n`), 'numeric');
    expect(text).toContain(`-A INPUT ${printed}\n`);
    expect(printRuleset(parseRuleset(text), 'numeric')).toBe(text);
  });

  const complaints: [string, number, string][] = [
    ['-m limit --limit 5/fortnight', 27, '"5/fortnight" is no rate; allowed: NUMBER/second|minute|hour|day'],
    [
      '-m limit --limit 1/day',
      13,
      "5 at once of 1/day do not fit into the kernel's counter; a smaller --limit-burst, or a faster --limit",
    ],
    [
      '-p icmp --icmp-type ping-pong',
      30,
      '"ping-pong" is no ICMP message; allowed: TYPE, TYPE/CODE, net-unreachable host-unreachable proto-unreachable port-unreachable fragmentation-needed net-prohibited host-prohibited admin-prohibited host-redirect ttl-zero-during-transit ttl-zero-during-reassembly echo-reply pong destination-unreachable source-quench redirect echo-request ping time-exceeded parameter-problem any',
    ],
    ['-p tcp -m udp --dport 53', 20, '-m udp is for UDP only; add -p udp'],
    ['-m addrtype -j DROP', 13, '-m addrtype has no condition; add --src-type or --dst-type'],
    [
      '-m addrtype --dst-type LOKAL',
      33,
      '"LOKAL" is no type of address that is modelled; allowed: UNICAST LOCAL BROADCAST MULTICAST; did you mean LOCAL?',
    ],
    ['-p 256', 13, '"256" is no protocol; allowed: 0 to 255'],
    ['! -p 0', 15, 'a rule for none of the protocols would never match; remove ! and -p'],
    [
      '-p gre -m multiport --dports 80',
      20,
      '-m multiport is for protocols with ports only; allowed: tcp udp udplite sctp dccp; add -p tcp',
    ],
    ['-m tos --tos 256', 23, '"256" is no type of service; allowed: 0 to 0xff'],
    ['-m dscp --dscp 64', 25, '"64" is no code point; allowed: 0 to 0x3f'],
  ];
  test.each(complaints)('-A INPUT %s is refused at column %i', (words, column, message) => {
    const text = `*filter\n-A INPUT ${words}\nCOMMIT\n`;
    expectRefusal(() => parseRuleset(text), { line: 2, column, message });
  });
});

describe('a target of table mangle', () => {
  test.each([
    ['-j TOS --set-tos Maximize-Throughput', '-j TOS --set-tos 0x8/0x3f'],
    ['-j DSCP --set-dscp-class AF11', '-j DSCP --set-dscp 0xa'],
    [
      '-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
      '-p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    ],
    [
      '-p tcp --syn -j TCPMSS --set-mss 1400',
      '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --set-mss 1400',
    ],
  ])('%s is %s', (written, printed) => {
    const text = printRuleset(parseRuleset(`*mangle\n-A FORWARD ${written}\nCOMMIT\n`), 'numeric');
    expect(text).toContain(`-A FORWARD ${printed}\n`);
  });

  const complaints: [string, number, string][] = [
    ['-p tcp -j TCPMSS --set-mss 1400', 20, '-j TCPMSS is for SYNs only; add -p tcp --tcp-flags SYN,RST SYN'],
    [
      '-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu',
      33,
      '--clamp-mss-to-pmtu cannot stand in INPUT; allowed: FORWARD OUTPUT POSTROUTING',
    ],
    ['-j TOS', 13, '-j TOS has nothing to do; add --set-tos'],
  ];
  test.each(complaints)('-A INPUT %s is refused at column %i', (words, column, message) => {
    const text = `*mangle\n-A INPUT ${words}\nCOMMIT\n`;
    expectRefusal(() => parseRuleset(text), { line: 2, column, message });
  });
});
