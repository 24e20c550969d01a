import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SYSCTLS } from '../tables/sysctls.ts';
import type { AdminCommand } from './commands.ts';
import { parseCommand } from './commands-parse.ts';
import { printCommand, toArgv } from './commands-print.ts';
import { expectRefusal } from './refusal.fixture.ts';
import type { Rule } from './rules.ts';
import { SCHEDULERS } from './services.ts';
import { TextError } from './text-error.ts';
import { ADDRESS_NAMES } from './topology.ts';

const end = fc.record({
  address: fc.oneof(fc.constantFrom(...ADDRESS_NAMES.values()), fc.integer({ min: 0, max: 0xffffffff })),
  port: fc.integer({ min: 1, max: 65535 }),
});
const service = end.map((key) => ({ protocol: 'tcp' as const, ...key }));
const weight = fc.integer({ min: 0, max: 65535 });
const seconds = fc.integer({ min: 0, max: 86_400 * 31 });
const position = fc.integer({ min: 1, max: 1000 });
const rule: fc.Arbitrary<Rule> = fc.constantFrom<Rule>(
  { matches: [] },
  { matches: [{ kind: 'state', states: ['NEW'], inverted: true }], target: { kind: 'DROP' } },
  {
    protocol: { protocol: 'tcp', inverted: false },
    matches: [{ kind: 'tcp', dport: { first: 80, last: 81, inverted: true } }],
    target: { kind: 'REJECT', with: 'tcp-reset' },
  },
);

const tool = { ipvsadm: fc.constant('ipvsadm' as const), iptables: fc.constant('iptables' as const) };
const place = {
  tool: tool.iptables,
  table: fc.constant('filter' as const),
  chain: fc.constantFrom('INPUT', 'FORWARD'),
};
const op = <T extends string>(...names: T[]) => fc.constantFrom(...names);

const command: fc.Arbitrary<AdminCommand> = fc.oneof(
  fc.record({
    tool: tool.ipvsadm,
    op: op('add-service', 'edit-service'),
    service,
    scheduler: fc.constantFrom(...SCHEDULERS),
  }),
  fc.record({ tool: tool.ipvsadm, op: op('delete-service'), service }),
  fc.tuple(op('add-dest', 'edit-dest'), service, end, weight, fc.boolean()).map(
    ([op, service, dest, weight, masq]): AdminCommand => ({
      tool: 'ipvsadm',
      op,
      service,
      dest: masq
        ? { ...dest, forward: 'masq', weight }
        : { ...dest, port: service.port, forward: 'droute', weight },
    }),
  ),
  fc.record({ tool: tool.ipvsadm, op: op('delete-dest'), service, dest: end }),
  fc.record({ tool: tool.ipvsadm, op: op('set-timeouts'), tcp: seconds, tcpFin: seconds, udp: seconds }),
  fc.record({ ...place, op: op('append'), rule }),
  fc.record({ ...place, op: op('insert', 'replace'), position, rule }),
  fc.record({ ...place, op: op('delete'), position }),
  fc.record({ ...place, op: op('flush') }),
  fc.record({ ...place, op: op('policy'), policy: fc.constantFrom('ACCEPT' as const, 'DROP' as const) }),
  fc.constant<AdminCommand>({ tool: 'conntrack', op: 'flush' }),
  fc.tuple(end, end, fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const)).map(
    ([from, to, protocol]): AdminCommand => ({
      ...{ tool: 'conntrack', op: 'delete', protocol },
      ...{ source: from.address, destination: to.address, sport: from.port, dport: to.port },
    }),
  ),
  fc
    .constantFrom(...SYSCTLS)
    .chain(({ name, min, max }) =>
      fc.integer({ min, max }).map((value): AdminCommand => ({ tool: 'sysctl', name, value })),
    ),
);

describe('commands', () => {
  test.each(['numeric', 'named'] as const)('read back as they were printed, %s', (style) => {
    fc.assert(
      fc.property(command, (given) => {
        expect(parseCommand(printCommand(given, style))).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['ipvsadm -e -t VIP:80 -r RIP1:80 -g -w 0', 'ipvsadm -e -t 10.0.0.100:80 -r 192.168.1.11:80 -g -w 0'],
    [
      'ipvsadm --delete-server --tcp-service VIP:80 --real-server RIP1',
      'ipvsadm -d -t 10.0.0.100:80 -r 192.168.1.11:80',
    ],
    ['ipvsadm --set 900 120 300', 'ipvsadm --set 900 120 300'],
    ['ipvsadm --zero', 'ipvsadm -Z'],
    ['ipvsadm -Z -u VIP:53', 'ipvsadm -Z -u 10.0.0.100:53'],
    ['ipvsadm -A -u VIP:53 -s rr --ops', 'ipvsadm -A -u 10.0.0.100:53 -s rr -o'],
    [
      'iptables -t filter -I INPUT -p tcp --syn -j DROP',
      'iptables -I INPUT 1 -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP',
    ],
    ['iptables --policy INPUT DROP', 'iptables -P INPUT DROP'],
    ['conntrack --flush', 'conntrack -F'],
    ['conntrack -D --orig-src CIP1 -p icmp', 'conntrack -D -p icmp -s 10.0.0.2'],
    ['conntrack --delete -p tcp --orig-port-dst=80 -d VIP', 'conntrack -D -p tcp --dport 80 -d 10.0.0.100'],
    ['sysctl net.ipv4.vs.conntrack = 1', 'sysctl -w net.ipv4.vs.conntrack=1'],
    ['sysctl -w net.ipv4.vs.conntrack=1', 'sysctl -w net.ipv4.vs.conntrack=1'],
  ])('%s reaches a director as %s', (written, argv) => {
    expect(toArgv(parseCommand(written)).join(' ')).toBe(argv);
  });

  test('a jump to a chain that does not exist is for the director to refuse', () => {
    const command = parseCommand('iptables -A NOWHERE -j ELSEWHERE', ['INPUT', 'FORWARD', 'OUTPUT']);
    expect(printCommand(command, 'numeric')).toBe('iptables -A NOWHERE -j ELSEWHERE');
  });

  const complaints: [string, number, string][] = [
    ['', 1, 'the command is missing; allowed: ipvsadm iptables conntrack sysctl'],
    [
      'iptabels -F INPUT',
      1,
      '"iptabels" is no tool that is modelled; allowed: ipvsadm iptables conntrack sysctl; did you mean iptables?',
    ],
    ['ip route add', 1, '"ip" is no tool that is modelled; allowed: ipvsadm iptables conntrack sysctl'],
    [
      'conntrack -L',
      11,
      '"-L" is not modelled; allowed: -F, or -D [-p PROTOCOL [--sport N] [--dport N]] [-s ADDRESS] [-d ADDRESS]',
    ],
    [
      'conntrack -D',
      13,
      '-D says of no entry that it is meant; allowed: -F, or -D [-p PROTOCOL [--sport N] [--dport N]] [-s ADDRESS] [-d ADDRESS]',
    ],
    [
      'conntrack -D --sport 80 -p tcp',
      14,
      '--sport needs a protocol with ports before it; allowed: -p tcp, -p udp, -p sctp',
    ],
    ['conntrack -D -s CIP1 --src CIP2', 22, '--src is given twice; remove one of them'],
    [
      'conntrack -D -p tpc',
      17,
      '"tpc" is no protocol that conntrack is told; allowed: tcp udp sctp icmp; did you mean tcp?',
    ],
    ['ipvsadm', 8, 'the command is missing; allowed: -A -E -D -a -e -d -Z --set'],
    ['ipvsadm --set 900 120', 22, 'UDP is missing; allowed: --set TCP TCPFIN UDP, in seconds'],
    ['ipvsadm --set 900 120 3000000', 23, '"3000000" is no timeout in seconds; allowed: 0 to 2678400'],
    ['ipvsadm --set 1 2 3 4', 21, '"4" follows a complete command; remove it'],
    ['iptables -F', 12, 'the chain is missing; allowed: INPUT FORWARD OUTPUT WEB'],
    [
      'iptables -A INPTU -j DROP',
      13,
      'there is no chain INPTU; allowed: INPUT FORWARD OUTPUT WEB; did you mean INPUT?',
    ],
    [
      'iptables -A -j DROP',
      13,
      '"-j" is no name for a chain; allowed: up to 28 characters, no blanks, not beginning with - or !, not the name of a target',
    ],
    [
      'iptables -A INPUT -j DORP',
      22,
      '"DORP" is no target and no chain; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG WEB; did you mean DROP?',
    ],
    ['iptables -D INPUT -j DROP', 19, 'a rule is named by its number only; allowed: a number from 1 on'],
    ['iptables -D INPUT 0', 19, '"0" is no number of a rule; allowed: 1 to 1000000'],
    ['iptables -P WEB DROP', 13, 'WEB has no policy; allowed: INPUT FORWARD OUTPUT'],
    ['iptables -P INPUT REJECT', 19, '"REJECT" is no policy; allowed: ACCEPT DROP'],
    ['iptables -F INPUT 3', 19, '"3" follows a complete command; remove it'],
    ['iptables -N WEB', 10, '-N (making a chain) is not modelled; allowed: -A -I -R -D -F -P'],
    [
      'iptables --apend INPUT',
      10,
      '"--apend" is no command of iptables; allowed: -A -I -R -D -F -P; did you mean --append?',
    ],
    ['iptables -t broute -F INPUT', 13, '"broute" is no table; allowed: raw mangle nat filter security'],
    [
      'sysctl net.ipv4.vs.contrack=1',
      8,
      `"net.ipv4.vs.contrack" is no sysctl that is modelled; allowed: net.ipv4.vs.conntrack, net.ipv4.vs.drop_packet, net.ipv4.vs.drop_entry and ${SYSCTLS.length - 3} more; remove it, or choose one of these`,
    ],
    ['sysctl net.ipv4.vs.conntrack', 29, '=VALUE is missing'],
    ['sysctl net.ipv4.vs.conntrack 1', 30, '"1" stands where = belongs'],
    ['sysctl net.ipv4.vs.conntrack=2', 30, '"2" is no value of net.ipv4.vs.conntrack; allowed: 0 to 1'],
    ['sysctl net.ipv4.vs.conntrack=', 30, '"" is no value of net.ipv4.vs.conntrack; allowed: 0 to 1'],
    ['sysctl net.ipv4.vs.secure_tcp=1 x', 33, '"x" follows a complete command; remove it'],
  ];
  test.each(complaints)('%j is refused at column %i', (text, column, message) => {
    const parse = () => parseCommand(text, ['INPUT', 'FORWARD', 'OUTPUT', 'WEB']);
    expectRefusal(parse, { line: 1, column, message });
  });

  test('no text makes anything but a command or a TextError', () => {
    const word = fc.constantFrom(
      'ipvsadm',
      'iptables',
      'sysctl',
      '-A',
      '-t',
      'VIP:80',
      '!',
      '-s',
      '-m',
      'state',
      '--set',
      '"',
      '=',
      '-j',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 6 })), { maxLength: 8 }), (words) => {
        try {
          parseCommand(words.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(TextError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
