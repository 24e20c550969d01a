import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS, PARAMETERS } from './ipvsadm-options.ts';
import { printServices } from './ipvsadm-print.ts';
import { expectRefusal } from './refusal.fixture.ts';
import {
  byMark,
  type Encapsulation,
  HIGHEST_THRESHOLD,
  SCHEDULER_FLAGS,
  SCHEDULERS,
  type ServiceSettings,
  TUNNEL_CHECKSUMS,
  takesFlag,
  type VirtualService,
} from './services.ts';
import { parseServices } from './services-parse.ts';
import { ADDRESS_NAMES } from './topology.ts';

/** Every command and parameter that is modelled. */
const KNOWN = [...COMMANDS, ...PARAMETERS].map(({ names }) => names[0]).join(' ');

const address = fc.oneof(fc.constantFrom(...ADDRESS_NAMES.values()), fc.integer({ min: 0, max: 0xffffffff }));
const port = fc.integer({ min: 1, max: 65535 });
const endOf = ({ address, port }: { address: number; port: number }) => `${address}:${port}`;

const threshold = fc.integer({ min: 0, max: HIGHEST_THRESHOLD });
const REQUIRED = ['address', 'port', 'forward', 'weight'] as const;

const persistence = fc.record({
  timeoutSeconds: fc.integer({ min: 1, max: 86_400 * 31 }),
  netmask: fc.oneof(fc.constant(0xffffffff), fc.integer({ min: 0, max: 0xffffffff })),
});

const settings: fc.Arbitrary<ServiceSettings> = fc.oneof(
  fc.record({ scheduler: fc.constantFrom(...SCHEDULERS), persistence }, { requiredKeys: ['scheduler'] }),
  fc.constantFrom('sh' as const, 'mh' as const).chain((scheduler) =>
    fc.record({
      scheduler: fc.constant(scheduler),
      schedFlags: fc.subarray(
        SCHEDULER_FLAGS.filter((flag) => takesFlag(scheduler, flag)),
        { minLength: 1 },
      ),
    }),
  ),
);

const encapsulation: fc.Arbitrary<Encapsulation> = fc.oneof(
  fc.record({
    type: fc.constant('gue' as const),
    port: fc.integer({ min: 1, max: 65535 }),
    checksum: fc.constantFrom(...TUNNEL_CHECKSUMS),
  }),
  fc.record({ type: fc.constant('gre' as const), checksum: fc.constantFrom('nocsum', 'csum') }),
);

const service: fc.Arbitrary<VirtualService> = fc
  .tuple(
    fc.oneof(
      fc.record({
        protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
        address,
        port,
      }),
      fc.integer({ min: 1, max: 0x7fffffff }).map(byMark),
    ),
    settings,
    fc.boolean(),
  )
  .chain(([key, settings, onePacket]) => {
    const others = {
      weight: fc.integer({ min: 0, max: 65535 }),
      upperThreshold: threshold,
      lowerThreshold: threshold,
    };
    const dest = fc.oneof(
      fc.record(
        { address, port, forward: fc.constant('masq' as const), ...others },
        { requiredKeys: [...REQUIRED] },
      ),
      fc.record(
        { address, port: fc.constant(key.port), forward: fc.constant('droute' as const), ...others },
        { requiredKeys: [...REQUIRED] },
      ),
      fc.record(
        {
          ...{ address, port: fc.constant(key.port), forward: fc.constant('tunnel' as const), ...others },
          encapsulation,
        },
        { requiredKeys: [...REQUIRED] },
      ),
    );
    return fc.uniqueArray(dest, { selector: endOf, maxLength: 4 }).map((dests) => ({
      ...key,
      ...settings,
      ...((key.protocol === 'udp' || key.protocol === 'fwm') && onePacket && { onePacket }),
      dests,
    }));
  });

const services = fc.uniqueArray(service, {
  selector: (key) => `${key.protocol} ${'mark' in key ? key.mark : endOf(key)}`,
  maxLength: 4,
});

describe('services', () => {
  test.each(['numeric', 'named'] as const)('read back as they were printed, %s', (style) => {
    fc.assert(
      fc.property(services, (given) => {
        expect(parseServices(printServices(given, style))).toEqual(given);
      }),
    );
  });

  test('are printed as ipvsadm-save -n does, for people with names', () => {
    const text = '-A -t VIP:80 -s rr\n-a -t VIP:80 -r RIP1:8080 -m -w 3\n';
    expect(printServices(parseServices(text), 'named')).toBe(text);
    expect(printServices(parseServices(text), 'numeric')).toBe(
      '-A -t 10.0.0.100:80 -s rr\n-a -t 10.0.0.100:80 -r 192.168.1.11:8080 -m -w 3\n',
    );
  });

  test('may be written with long options, the tool in front, comments, and the defaults of ipvsadm', () => {
    const text = [
      '# web',
      'ipvsadm --add-service --tcp-service=VIP1:80',
      '',
      '  -a -r RIP2 -t VIP:80',
      '--add-server --tcp-service VIP:80 --real-server 192.168.1.13:81 --masquerading --weight=0',
    ].join('\r\n');
    expect(printServices(parseServices(text), 'named')).toBe(
      '-A -t VIP:80 -s wlc\n-a -t VIP:80 -r RIP2:80 -g -w 1\n-a -t VIP:80 -r RIP3:81 -m -w 0\n',
    );
  });

  const complaints: [string, number, number, string][] = [
    [
      '-A -t VIPP:80',
      1,
      7,
      '"VIPP" is no address; allowed: a dotted IPv4 address or one of VIP DIP EXT VIP2 CIP1 CIP2 CIP3 CIP4 RIP1 RIP2 RIP3 RIP4; did you mean VIP?',
    ],
    [
      '-A -t 10.0.0.256:80',
      1,
      7,
      '"10.0.0.256" is no address; allowed: a dotted IPv4 address or one of VIP DIP EXT VIP2 CIP1 CIP2 CIP3 CIP4 RIP1 RIP2 RIP3 RIP4',
    ],
    [
      '-A -t [2001:db8::1]:80',
      1,
      7,
      '"[2001:db8::1]:80" is of IPv6, which is not modelled; remove what is of IPv6, services with all their servers',
    ],
    [
      '-A -f 1\n-a -f 1 -r [fe80::1%eth0]',
      2,
      12,
      '"[fe80::1%eth0]" is of IPv6, which is not modelled; remove what is of IPv6, services with all their servers',
    ],
    ['-A -t VIP', 1, 7, '"VIP" has no port; allowed: ADDRESS:PORT, as in VIP:80'],
    ['-A -t VIP:0', 1, 7, 'port 0 is for persistent services only; add -p'],
    [
      '-A -t VIP:80 -s rrr',
      1,
      17,
      `"rrr" is no scheduler; allowed: ${SCHEDULERS.join(' ')}; did you mean rr?`,
    ],
    ['-A -t VIP:80 -p 0', 1, 17, '"0" is no timeout in seconds; allowed: 1 to 2678400'],
    ['-A -t VIP:80 -p -M wide', 1, 20, '"wide" is no netmask; allowed: as in 255.255.255.0'],
    ['-A -t VIP:80 -M 255.255.255.0', 1, 17, '-M says nothing without -p; add -p, or remove it'],
    [
      '-A -t VIP:80 -s sh -b mh-port',
      1,
      23,
      '"mh-port" is no flag of the scheduler sh; allowed: sh-fallback sh-port; did you mean sh-port?',
    ],
    ['-A -t VIP:80 -s', 1, 16, 'the scheduler after -s is missing'],
    ['-A -t VIP:80 -t VIP:80', 1, 14, '-t is given twice; remove one of them'],
    [
      '-A -s rr',
      1,
      9,
      'the service is missing; allowed: -A -t|-u|--sctp-service|-f [-s] [-b] [-p] [-M] [-o]',
    ],
    ['-A -t VIP:80 -u VIP:80', 1, 17, '-t and -u exclude each other; remove one of them'],
    ['-A -t VIP:80 -o', 1, 14, '-o is for datagrams only; remove it'],
    ['-A -f 0', 1, 7, '"0" is no firewall mark; allowed: 1 to 2147483647'],
    [
      '-a -f 1 -r RIP1',
      1,
      1,
      'there is no service of mark 1 to add a server to; put its -A line before this one',
    ],
    ['-A -u VIP:0', 1, 7, 'port 0 is for persistent services only; add -p'],
    [
      '-t VIP:80 -A',
      1,
      1,
      '"-t" is no command of ipvsadm; allowed: -A -E -D -a -e -d -Z --set; the command comes first',
    ],
    [
      '-B -t VIP:80',
      1,
      1,
      '"-B" is no command of ipvsadm; allowed: -A -E -D -a -e -d -Z --set; did you mean -A?',
    ],
    ['-C', 1, 1, `-C (clearing the table) is not modelled; allowed: ${KNOWN}`],
    [
      '-D -t VIP:80',
      1,
      1,
      'a list of services only adds; allowed: -A and -a; what happens later belongs into the timeline, under do:',
    ],
    ['-A -t VIP:80\n-A -t VIP1:80', 2, 1, 'service VIP:80 is added twice; remove one of them'],
    [
      '  -a -t VIP:81 -r RIP1',
      1,
      3,
      'there is no service VIP:81 to add a server to; put its -A line before this one',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1 --tun-type gue',
      2,
      33,
      '--tun-type is for tunnels only; add -i, or remove it',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1 -i --tun-type gue',
      2,
      36,
      '--tun-type gue needs a port; add --tun-port, as in --tun-port 6080',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1 -i --tun-type gre --tun-remcsum',
      2,
      40,
      '--tun-remcsum does not go with --tun-type gre; allowed: --tun-nocsum --tun-csum',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1 -i --tun-type gre --tun-csum --tun-nocsum',
      2,
      40,
      '--tun-nocsum and --tun-csum exclude each other; remove one of them',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1 -i --tun-type gui',
      2,
      36,
      '"gui" is no type of tunnel; allowed: ipip gue gre; did you mean gue?',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1:81 -i',
      2,
      17,
      'tunnelling (-i) cannot change the port to 81; ipvsadm would silently take 80: write that, or use -m',
    ],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1:8080',
      2,
      17,
      'direct routing (-g) cannot change the port to 8080; ipvsadm would silently take 80: write that, or use -m',
    ],
    ['-A -t VIP:80\n-a -t VIP:80 -r RIP1 -g -m', 2, 25, '-g and -m exclude each other; remove one of them'],
    ['-A -t VIP:80\n-a -t VIP:80 -r RIP1 -w 65536', 2, 25, '"65536" is no weight; allowed: 0 to 65535'],
    [
      '-A -t VIP:80\n-a -t VIP:80 -r RIP1\n-a -t VIP:80 -r RIP1:80 -m',
      3,
      1,
      'server RIP1:80 is added twice to service VIP:80; remove one of them',
    ],
  ];
  test.each(complaints)('%j is refused at %i:%i', (text, line, column, message) => {
    expectRefusal(() => parseServices(text), { line, column, message });
  });
});
