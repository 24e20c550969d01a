import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prefixMask } from '../wire/address.ts';
import { printRuleset } from './iptables-print.ts';
import { expectRefusal, expectRefusalWith } from './refusal.fixture.ts';
import {
  type Chain,
  CT_STATES,
  type Match,
  REJECT_TYPES,
  type Rule,
  type Ruleset,
  type Target,
} from './rules.ts';
import { parseRuleset } from './ruleset-parse.ts';
import { ADDRESS_NAMES } from './topology.ts';

const inverted = fc.boolean();
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const range = fc
  .tuple(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 65535 }))
  .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
const invertible = fc.tuple(range, inverted).map(([ports, not]) => ({ ...ports, inverted: not }));
const flagSet = fc.integer({ min: 0, max: 0x3f });
const states = fc.subarray([...CT_STATES], { minLength: 1 });

const tcpMatch = fc.record(
  {
    kind: fc.constant('tcp' as const),
    sport: invertible,
    dport: invertible,
    flags: fc.record({ mask: flagSet, set: flagSet, inverted }),
  },
  { requiredKeys: ['kind'] },
) as fc.Arbitrary<Match>;
const multiport: fc.Arbitrary<Match> = fc.record({
  kind: fc.constant('multiport' as const),
  ports: fc.array(range, { minLength: 1, maxLength: 7 }),
  which: fc.constantFrom('source' as const, 'destination' as const, 'either' as const),
  inverted,
});
const anyMatch: fc.Arbitrary<Match> = fc.oneof(
  fc.record({ kind: fc.constantFrom('state' as const, 'conntrack' as const), states, inverted }),
  fc.record({ kind: fc.constantFrom('mark' as const, 'connmark' as const), value: u32, mask: u32, inverted }),
);

const network = fc
  .tuple(
    fc.oneof(fc.constantFrom(...ADDRESS_NAMES.values()), u32),
    fc.oneof(fc.nat({ max: 32 }).map(prefixMask), u32),
    inverted,
  )
  .map(([address, mask, not]) => ({ address: (address & mask) >>> 0, mask, inverted: not }));
const device = fc.record({ name: fc.constantFrom('eth0', 'eth1', 'eth+', 'lo'), inverted });
const targets: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constantFrom('ACCEPT' as const, 'DROP' as const, 'RETURN' as const) }),
  fc.record({ kind: fc.constant('REJECT' as const), with: fc.constantFrom(...REJECT_TYPES) }),
  fc.record({ kind: fc.constant('MARK' as const), value: u32, mask: u32 }),
  fc.record({
    kind: fc.constant('CONNMARK' as const),
    op: fc.constant('set' as const),
    value: u32,
    mask: u32,
  }),
  fc.record({
    kind: fc.constant('CONNMARK' as const),
    op: fc.constantFrom('save' as const, 'restore' as const),
    packetMask: u32,
    connectionMask: u32,
  }),
  fc.constant({ kind: 'LOG' as const }),
  fc.record({ kind: fc.constantFrom('jump' as const, 'goto' as const), chain: fc.constant('WEB') }),
);

const rule: fc.Arbitrary<Rule> = fc.oneof(
  ruleOf(
    fc.record({ protocol: fc.constant('tcp' as const), inverted: fc.constant(false) }),
    fc.oneof(tcpMatch, multiport, anyMatch),
    targets,
  ),
  ruleOf(
    fc.record({
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'icmp' as const),
      inverted: fc.constant(true),
    }),
    anyMatch,
    targets.filter((target) => target.kind !== 'REJECT' || target.with !== 'tcp-reset'),
  ),
);

function ruleOf(protocol: fc.Arbitrary<unknown>, match: fc.Arbitrary<Match>, target: fc.Arbitrary<Target>) {
  return fc.record(
    {
      source: network,
      destination: network,
      protocol,
      matches: fc.array(match, { maxLength: 4 }),
      target,
      inInterface: device,
    },
    { requiredKeys: ['matches', 'protocol'] },
  ) as fc.Arbitrary<Rule>;
}

const rules = fc.array(rule, { maxLength: 4 });
const policy = fc.constantFrom('ACCEPT' as const, 'DROP' as const);
const ruleset: fc.Arbitrary<Ruleset> = fc
  .tuple(fc.array(fc.tuple(policy, rules), { minLength: 3, maxLength: 3 }), rules)
  .map(([builtIn, own]) => {
    const names = ['INPUT', 'FORWARD', 'OUTPUT'];
    const chains: Chain[] = builtIn.map(([policy, rules], index) => ({
      name: names[index]!,
      policy,
      rules: index === 2 ? rules.map(({ inInterface: _, ...rest }) => rest) : rules,
    }));
    // The own chain jumps nowhere, so that nothing comes back.
    const last = own.filter(({ target }) => target?.kind !== 'jump' && target?.kind !== 'goto');
    return { tables: [{ name: 'filter', chains: [...chains, { name: 'WEB', rules: last }] }] };
  });

describe('rules', () => {
  test.each(['numeric', 'named'] as const)('read back as they were printed, %s', (style) => {
    fc.assert(
      fc.property(ruleset, (given) => {
        expect(parseRuleset(printRuleset(given, style))).toEqual(given);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['-p tcp --dport 80', '-p tcp -m tcp --dport 80'],
    ['-p TCP -m tcp ! --dport :1023 --syn', '-p tcp -m tcp ! --dport 0:1023 --tcp-flags FIN,SYN,RST,ACK SYN'],
    ['-s CIP1 ! -d 10.0.0.99/24', '-s 10.0.0.2/32 ! -d 10.0.0.0/24'],
    ['-s ! CIP1 -p 6 --sport ! 1024:', '! -s 10.0.0.2/32 -p tcp -m tcp ! --sport 1024:65535'],
    [
      '-i eth0 -m state --state new,RELATED -j REJECT',
      '-i eth0 -m state --state NEW,RELATED -j REJECT --reject-with icmp-port-unreachable',
    ],
    ['-p all -m mark --mark 5/255', '-m mark --mark 0x5/0xff'],
    [
      '-p tcp -m multiport --source-ports 1,2:3 -j REJECT --reject-with tcp-rst',
      '-p tcp -m multiport --sports 1,2:3 -j REJECT --reject-with tcp-reset',
    ],
    [
      '-m comment --comment "a \\"b\\" c" -m ttl ! --ttl 64',
      '-m comment --comment "a \\"b\\" c" -m ttl ! --ttl-eq 64',
    ],
    ['-m length ! --length 40: -j DROP', '-m length ! --length 40:65535 -j DROP'],
    [
      '-m iprange --dst-range 10.0.0.5 ! --src-range 10.0.0.2-10.0.0.9',
      '-m iprange ! --src-range 10.0.0.2-10.0.0.9 --dst-range 10.0.0.5-10.0.0.5',
    ],
    ['--source=CIP2 --jump=ACCEPT', '-s 10.0.0.3/32 -j ACCEPT'],
    ['-j MARK --set-mark 0x10/0xf', '-j MARK --set-xmark 0x10/0x1f'],
    ['-j MARK --and-mark 0xff', '-j MARK --set-xmark 0x0/0xffffff00'],
    ['-j MARK --or-mark 3', '-j MARK --set-xmark 0x3/0x3'],
    ['-j MARK --xor-mark 3', '-j MARK --set-xmark 0x3/0x0'],
    ['-j CONNMARK --save-mark', '-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff'],
    [
      '-m mark --mark 1 -m connmark ! --mark 2/3 -j CONNMARK --restore-mark --mask 7',
      '-m mark --mark 0x1 -m connmark ! --mark 0x2/0x3 -j CONNMARK --restore-mark --nfmask 0x7 --ctmask 0x7',
    ],
    ['-p tcp --tcp-flags ALL NONE', '-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE'],
  ])('%s is %s', (written, printed) => {
    const read = parseRuleset(`*filter\n-A INPUT ${written}\nCOMMIT\n`);
    expect(printRuleset(read, 'numeric')).toContain(`-A INPUT ${printed}\n`);
  });

  test.each([
    ['POSTROUTING', '-j SNAT --to-source DIP', '-j SNAT --to-source 192.168.1.1'],
    [
      'INPUT',
      '-p udp -j SNAT --to-source CIP1-CIP2:1-9 -m conntrack --ctstate dnat ! --ctproto 6',
      '-p udp -m conntrack --ctstate DNAT ! --ctproto tcp -j SNAT --to-source 10.0.0.2-10.0.0.3:1-9',
    ],
    ['PREROUTING', '-p tcp -j DNAT --to-destination :80', '-p tcp -j DNAT --to-destination :80'],
    ['POSTROUTING', '-o eth1 -j MASQUERADE', '-o eth1 -j MASQUERADE'],
    ['OUTPUT', '-p tcp -j REDIRECT --to-ports 80-90', '-p tcp -j REDIRECT --to-ports 80-90'],
  ])('in %s of table nat, %s is %s', (chain, written, printed) => {
    const read = parseRuleset(`*nat\n-A ${chain} ${written}\nCOMMIT\n`);
    expect(printRuleset(read, 'numeric')).toContain(`-A ${chain} ${printed}\n`);
    expect(parseRuleset(printRuleset(read, 'named'))).toEqual(read);
  });

  test.each([
    ['INPUT -j DROP', 13, 'target DROP cannot stand in table nat'],
    [
      'INPUT -j MASQUERADE',
      13,
      'target MASQUERADE cannot stand in INPUT; allowed: MASQUERADE in POSTROUTING',
    ],
    ['POSTROUTING -j DNAT --to-destination VIP', 19, 'target DNAT cannot stand in POSTROUTING'],
    ['POSTROUTING -j SNAT', 19, '-j SNAT has nothing to do; add --to-source'],
    [
      'POSTROUTING -j SNAT --to-source VIP:80',
      24,
      '--to-source with ports is for protocols with ports only; allowed: tcp udp sctp dccp icmp; add -p tcp before it',
    ],
    ['POSTROUTING -p tcp -j SNAT --to-source VIP:80-70', 47, '"80-70" is no range of ports'],
    ['POSTROUTING -j SNAT --to-source CIP2-CIP1', 36, '"CIP2-CIP1" is no range of addresses'],
    ['POSTROUTING -p tcp -j MASQUERADE --to-ports 0', 48, '"0" is no port; allowed: 1 to 65535'],
    ['PREROUTING -j REDIRECT --random-fully', 27, '--random-fully needs -j SNAT or -j MASQUERADE before it'],
    ['POSTROUTING -j SNAT --to-ports 80', 24, '--to-ports needs -j MASQUERADE or -j REDIRECT before it'],
  ])('-A %s in table nat is refused at column %i', (words, column, message) => {
    const text = `*nat\n-A ${words}\nCOMMIT\n`;
    expectRefusalWith(() => parseRuleset(text), { line: 2, column, message });
  });

  test('comments, counters and missing chains are as iptables-save -c leaves them', () => {
    const text =
      '# Generated\n*filter\n:INPUT DROP [12:3456]\n:WEB - [0:0]\n[1:60] -A INPUT -j WEB\nCOMMIT\n# Completed\n';
    expect(printRuleset(parseRuleset(text), 'numeric')).toBe(
      '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:WEB - [0:0]\n-A INPUT -j WEB\nCOMMIT\n',
    );
  });

  test('no text is no table', () => {
    expect(parseRuleset('')).toEqual({ tables: [] });
  });

  test('a loop that no packet can reach is taken, as the kernel takes it', () => {
    expect(() => parseRuleset('*filter\n:A - [0:0]\n-A A -j A\nCOMMIT\n')).not.toThrow();
  });

  const options =
    '-s -d -i -o -p -f -m -j -g --reject-with --icmp-type --tos --dscp --dscp-class --mss --src-type --dst-type --limit --limit-burst --sport --dport --tcp-flags --syn --state --ctstate --sports --dports --ports --mark --ctorigsrc --ctorigdst --ctreplsrc --ctrepldst --ctorigsrcport --ctorigdstport --ctreplsrcport --ctrepldstport --ctproto --ctstatus --ctdir --ipvs --vaddr --vport --vdir --vmethod --comment --length --ttl-eq --ttl-lt --ttl-gt --src-range --dst-range --set-xmark --set-mark --or-mark --and-mark --xor-mark --save-mark --restore-mark --nfmask --ctmask --mask --to-source --to-destination --to-ports --random --random-fully --persistent --notrack --helper --log-prefix --nflog-group --set-tos --set-dscp --set-dscp-class --set-mss --clamp-mss-to-pmtu';
  const complaints: [string, number, string][] = [
    ['-p tcp --dprt 80', 17, `"--dprt" is no option of a rule; allowed: ${options}; did you mean --dport?`],
    ['--dport 80', 10, '--dport needs -p tcp before it'],
    ['--state NEW', 10, '--state needs -m state before it'],
    ['-m state -j DROP', 13, '-m state has no condition; add --state'],
    [
      '-m state --state NWE',
      27,
      '"NWE" is no state; allowed: INVALID NEW ESTABLISHED RELATED UNTRACKED; did you mean NEW?',
    ],
    [
      '-m state --state NEW,DNAT',
      31,
      '"DNAT" is no state; allowed: INVALID NEW ESTABLISHED RELATED UNTRACKED',
    ],
    [
      '-j DNAT --to-destination VIP',
      13,
      'target DNAT cannot stand in table filter; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG WEB',
    ],
    [
      '-m conntrack --ctexpire 1:5',
      23,
      `--ctexpire (matching the time a connection has left) is not modelled; allowed: ${options}`,
    ],
    [
      '-m recent --set',
      13,
      'match recent is not modelled; allowed: tcp state conntrack multiport mark connmark ipvs comment length ttl iprange udp icmp tos dscp tcpmss addrtype limit',
    ],
    ['-m comment -j DROP', 13, '-m comment has no condition; add --comment'],
    ['-m length --length 9:5', 29, '"9:5" is no range; allowed: FIRST:LAST, the smaller first'],
    ['-m ttl --ttl-eq 256', 26, '"256" is no TTL; allowed: 0 to 255'],
    ['-m ttl ! --ttl-lt 5', 10 + 7, '! cannot stand before --ttl-lt'],
    [
      '-m iprange --src-range CIP2-CIP1',
      33,
      '"CIP2-CIP1" is no range of addresses; allowed: FIRST-LAST, the smaller first',
    ],
    [
      '-m stat',
      13,
      '"stat" is no match; allowed: tcp state conntrack multiport mark connmark ipvs comment length ttl iprange udp icmp tos dscp tcpmss addrtype limit; did you mean state?',
    ],
    [
      '-p tcp -m multiport --dports 1:2,3:4,5:6,7:8,9:10,11:12,13:14,15:16',
      39,
      '16 ports are too many for one multiport match; allowed: 15, where a range counts as two',
    ],
    ['-p tcp --dport 90:80', 25, '"90:80" is no range of ports; allowed: FIRST:LAST, the smaller first'],
    ['-p tcp --dport http', 25, '"http" is no port; allowed: 0 to 65535'],
    ['-p spx', 13, '"spx" is no protocol; allowed: a name of /etc/protocols, 0 to 255, all'],
    ['-s 10.0.0.0/33', 22, '"33" is no prefix length; allowed: 0 to 32'],
    ['-s CIP1 -s CIP2', 18, '-s is given twice; remove one of them'],
    ['-o eth0', 10, '-o cannot stand in INPUT; use -i'],
    ['! -j DROP', 10, '! cannot stand before -j'],
    ['! -s ! CIP1', 10, '! is given twice'],
    [
      '-j NFQUEUE',
      13,
      'target NFQUEUE is not modelled; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG WEB',
    ],
    [
      '-j ACEPT',
      13,
      '"ACEPT" is no target and no chain; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG WEB; did you mean ACCEPT?',
    ],
    [
      '-j FORWARD',
      13,
      'a rule cannot jump to the built-in chain FORWARD; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG WEB',
    ],
    ['-j ELSEWHERE', 10, 'there is no chain ELSEWHERE; declare it above: :ELSEWHERE - [0:0]'],
    ['-j REJECT --reject-with tcp-reset', 13, '--reject-with tcp-reset is for TCP only; add -p tcp'],
    [
      '-j REJECT --reject-with host-unreachable',
      34,
      '"host-unreachable" is no type of rejection; allowed: icmp-net-unreachable icmp-host-unreachable icmp-proto-unreachable icmp-port-unreachable icmp-net-prohibited icmp-host-prohibited icmp-admin-prohibited tcp-reset; did you mean host-unreach?',
    ],
    ['-j DROP --reject-with tcp-reset', 18, '--reject-with needs -j REJECT before it'],
    ['-m mark --mark 0x100000000', 25, '"0x100000000" is no mark; allowed: 0 to 0xffffffff'],
    [
      '-p tcp --tcp-flags SYN,AKC SYN',
      33,
      '"AKC" is no TCP flag; allowed: FIN SYN RST PSH ACK URG ALL NONE; did you mean ACK?',
    ],
    [
      '-j CT --notrack',
      13,
      'target CT cannot stand in table filter; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG WEB',
    ],
    ['-j MARK', 13, '-j MARK has nothing to do; add --set-mark'],
    ['-j ACCEPT --set-mark 1', 20, '--set-mark needs -j MARK or -j CONNMARK before it'],
    [
      '-j MARK --set-mark 1 --or-mark 2',
      31,
      '--or-mark and --set-mark exclude each other; remove one of them',
    ],
    ['-j CONNMARK --set-mark 1 --nfmask 2', 35, '--nfmask needs --save-mark or --restore-mark before it'],
    ['-j MARK --set-mark 1/x', 31, '"x" is no mask; allowed: 0 to 0xffffffff'],
    ['-j', 12, 'what belongs to -j is missing'],
    ['!', 11, 'an option after ! is missing'],
    ['-i averyverylongname', 13, '"averyverylongname" is no name of a device; allowed: 1 to 15 characters'],
  ];
  test.each(complaints)('-A INPUT %s is refused at column %i', (words, column, message) => {
    const text = `*filter\n:WEB - [0:0]\n-A INPUT ${words}\nCOMMIT\n`;
    expectRefusal(() => parseRuleset(text), { line: 3, column, message });
  });

  const broken: [string, number, number, string][] = [
    [
      '-A INPUT -j DROP',
      1,
      1,
      '"-A" stands where a table begins; allowed: *raw *mangle *nat *filter *security',
    ],
    [
      '*fliter\nCOMMIT',
      1,
      1,
      '"*fliter" stands where a table begins; allowed: *raw *mangle *nat *filter *security; did you mean *filter?',
    ],
    ['*filter\n:INPUT DROP [0:0]', 1, 1, 'table filter has no COMMIT; add COMMIT after its last rule'],
    ['*filter\nCOMMIT\n*filter\nCOMMIT', 3, 1, 'table filter comes twice; put its rules together'],
    [
      '*filter\n:INPUT DORP [0:0]\nCOMMIT',
      2,
      8,
      '"DORP" is no policy; allowed: ACCEPT DROP; did you mean DROP?',
    ],
    [
      '*filter\n:INPTU DROP [0:0]\nCOMMIT',
      2,
      8,
      'a chain of your own has no policy; allowed: -; did you mean INPUT?',
    ],
    ['*filter\n:WEB - [0:0]\n:WEB - [0:0]\nCOMMIT', 3, 2, 'chain WEB comes twice; remove one of them'],
    [
      '*filter\n:LOG - [0:0]\nCOMMIT',
      2,
      2,
      'LOG is a target; allowed: up to 28 characters, no blanks, not beginning with - or !, not the name of a target',
    ],
    ['*filter\n:INPUT DROP 0:0\nCOMMIT', 2, 13, '"0:0" are no counters; allowed: [0:0]'],
    [
      '*filter\n-A WEB -j DROP\nCOMMIT',
      2,
      4,
      'there is no chain WEB; allowed: INPUT FORWARD OUTPUT; declare it above: :WEB - [0:0]',
    ],
    [
      '*filter\n-I INPUT -j DROP\nCOMMIT',
      2,
      1,
      '"-I" does not begin a line of a table; allowed: :CHAIN POLICY [0:0], -A CHAIN RULE, COMMIT',
    ],
    [
      '*filter\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -g A\nCOMMIT',
      6,
      6,
      'the jump from B to A closes a loop; the kernel refuses such rules: remove the jump',
    ],
  ];
  test.each(broken)('%j is refused at %i:%i', (text, line, column, message) => {
    expectRefusal(() => parseRuleset(text), { line, column, message });
  });
});
