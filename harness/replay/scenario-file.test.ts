import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SCHEDULERS } from '../../spec/config/services.ts';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import { SYSCTLS } from '../../spec/tables/sysctls.ts';
import { InputError } from '../errors.ts';
import { printScenarioFile } from './print-scenario.ts';
import { readScenarioFile } from './read-scenario.ts';
import { parseScenarioFile } from './scenario-file.ts';
import { scenarioJsonSchema } from './scenario-schema.ts';

const GOOD = `id: dr-fin-dropped-by-new-only            # never renamed
title: A FIN through LVS-DR is dropped when INPUT accepts only --state NEW
source: LVS-HOWTO 29.16
director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1
  rules: |  # as found
      *filter
      :INPUT DROP [0:0]
      -A INPUT -p tcp --dport 80 -m state --state NEW -j ACCEPT
      COMMIT
  sysctls: { net.ipv4.vs.conntrack: 0 }
timeline:
  - f1 client > S 0:0(0) win 64240 <mss 1460>
  - +0.1s
  - f1 client > F. 1:1(0) ack 1
  - do: ipvsadm -e -t VIP:80 -r RIP1:80 -g -w 0
`;

const PRINTED = `id: dr-fin-dropped-by-new-only
title: A FIN through LVS-DR is dropped when INPUT accepts only --state NEW
source: LVS-HOWTO 29.16
director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1
  rules: |
    *filter
    :INPUT DROP [0:0]
    :FORWARD ACCEPT [0:0]
    :OUTPUT ACCEPT [0:0]
    -A INPUT -p tcp -m tcp --dport 80 -m state --state NEW -j ACCEPT
    COMMIT
  sysctls:
    net.ipv4.vs.conntrack: 0
flows:
  f1: CIP1:40001 > VIP:80
timeline:
  - f1 client > S 0:0(0) <mss 1460>
  - +100ms
  - f1 client > F. 1:1(0) ack 1
  - do: ipvsadm -e -t VIP:80 -r RIP1:80 -g -w 0
`;

describe('a scenario file', () => {
  test('is printed with everything written out', () => {
    expect(printScenarioFile(parseScenarioFile(GOOD, 'x.yaml'))).toBe(PRINTED);
  });

  test('reads back as it was printed', () => {
    const read = parseScenarioFile(GOOD, 'x.yaml');
    expect(parseScenarioFile(PRINTED, 'x.yaml')).toEqual(read);
  });

  test('may have Windows line ends', () => {
    const read = parseScenarioFile(GOOD, 'x.yaml');
    expect(parseScenarioFile(GOOD.replaceAll('\n', '\r\n'), 'x.yaml')).toEqual(read);
  });

  test('needs no more than a director and a timeline', () => {
    expect(parseScenarioFile('director: {}\ntimeline: []\n', 'x.yaml')).toEqual({
      director: { topology: TWO_ARMED, services: [], rules: { tables: [] }, sysctls: {} },
      flows: {},
      timeline: [],
    });
  });

  test('tells its story in one line, in whatever lines it was written', () => {
    const told = GOOD.replace('source:', 'story: >-\n  A FIN is not NEW.\n  So it stays.\nsource:');
    const { story } = parseScenarioFile(told, 'x.yaml');
    expect(story).toBe('A FIN is not NEW. So it stays.');
    expect(printScenarioFile(parseScenarioFile(told, 'x.yaml'))).toContain(`\nstory: ${story}\ndirector:`);
  });

  test('may have more hosts than usual, and bytes of its own', () => {
    const more = GOOD.replace('director:', 'director:\n  hosts: { servers: 12 }')
      .replace('RIP1', 'RIP12')
      .replace('F. 1:1(0) ack 1', 'P. 1:20(19) ack 1 data GET%20/%20HTTP/1.0%0D%0A');
    const read = parseScenarioFile(more, 'x.yaml');
    expect(read.director.topology.hosts).toHaveLength(16);
    expect(read.director.services[0]!.dests[0]!.address).toBe(read.director.topology.hosts.at(-1)!.address);
    expect(printScenarioFile(read)).toContain('1:20(19) ack 1 data GET%20/%20HTTP/1.0%0D%0A');
    expect(parseScenarioFile(printScenarioFile(read), 'x.yaml')).toEqual(read);
  });

  test('gives flows that it does not declare ports of their own', () => {
    const { flows } = parseScenarioFile(GOOD.replace('f1 client > F.', 'f2 client > F.'), 'x.yaml');
    expect(Object.values(flows).map(({ client, service }) => [client.port, service.port])).toEqual([
      [40001, 80],
      [40002, 80],
    ]);
  });

  test('keeps titles and stories that YAML would take for something else', () => {
    for (const words of [
      'true',
      '5',
      'a: b',
      '# no',
      '- x',
      "it's",
      '"q"',
      'two\nlines',
      ' blanks ',
      'é😀',
      '{'.repeat(100),
    ]) {
      for (const key of ['title', 'story']) {
        const scenario = { ...parseScenarioFile(GOOD, 'x.yaml'), [key]: words };
        expect(parseScenarioFile(printScenarioFile(scenario), 'x.yaml')).toEqual(scenario);
      }
    }
  });
});

const KEYS = 'id, title, source, story, director, flows, timeline';
const COMPLAINTS: [string, string, string][] = [
  ['source: LVS-HOWTO 29.16', 'story: []', '3:8: story cannot be a list of 0; allowed: text'],
  ['-s rr', '-s rrr', `6:21: "rrr" is no scheduler; allowed: ${SCHEDULERS.join(' ')}; did you mean rr?`],
  [
    '    -A -t VIP:80 -s rr\n',
    '\n    -A -t VIP:80 -s rr\n    -B\n',
    '8:5: "-B" is no command of ipvsadm; allowed: -A -E -D -a -e -d -Z --set; did you mean -A?',
  ],
  [
    '-m state',
    '-m statte',
    '11:37: "statte" is no match; allowed: tcp state conntrack multiport mark connmark ipvs comment length ttl iprange udp icmp tos dscp tcpmss addrtype limit; did you mean state?',
  ],
  [
    '-j ACCEPT',
    '-j NFQUEUE',
    '11:58: target NFQUEUE is not modelled; allowed: ACCEPT DROP RETURN REJECT MARK CONNMARK LOG NFLOG',
  ],
  ['COMMIT', '', '9:7: table filter has no COMMIT; add COMMIT after its last rule'],
  ['services: |', 'services: >', '5:13: services loses its line ends; write services: |'],
  [
    'services: |\n    -A -t VIP:80 -s rr\n',
    'services: -A -t VIP:80 -s x\n  #',
    `5:29: "x" is no scheduler; allowed: ${SCHEDULERS.join(' ')}`,
  ],
  [
    'vs.conntrack',
    'vs.contrack',
    `13:14: "net.ipv4.vs.contrack" is no sysctl that is modelled; allowed: net.ipv4.vs.conntrack, net.ipv4.vs.drop_packet, net.ipv4.vs.drop_entry and ${SYSCTLS.length - 3} more; remove it, or choose one of these`,
  ],
  ['conntrack: 0', 'conntrack: 2', '13:37: net.ipv4.vs.conntrack cannot be "2"; allowed: 0 to 1'],
  ['conntrack: 0', 'conntrack: on', '13:37: net.ipv4.vs.conntrack cannot be "on"; allowed: a whole number'],
  ['conntrack: 0', 'conntrack: 0.5', '13:37: net.ipv4.vs.conntrack cannot be "0.5"; allowed: a whole number'],
  [
    'mss',
    'mssx',
    '15:37: "mssx" is no option of TCP; allowed: mss N, wscale N, sackOK, sack FROM:TO, TS val N ecr N, nop, opt N HEX; did you mean mss?',
  ],
  [
    'client > F',
    'clent > F',
    '17:8: "clent" is neither client nor server; allowed: client server; did you mean client?',
  ],
  [
    '- +0.1s',
    '- "f1 client > X 0:0(0)"',
    '16:18: "X" is no flag; allowed: F S R P . (ACK) U E (ECE) W (CWR), - for none',
  ],
  ['- +0.1s', '- 0.1s', '16:5: "0.1s" lacks its +; write +0.1s'],
  [
    '- +0.1s',
    '- +0.1',
    '16:5: a step cannot be "0.1"; allowed: a segment, a wait (+0.1s), do: COMMAND, or expect: FACT',
  ],
  [
    '- +0.1s',
    '- [a, b]',
    '16:5: a step cannot be a list of 2; allowed: a segment, a wait (+0.1s), do: COMMAND, or expect: FACT',
  ],
  [
    '- +0.1s',
    '-',
    '16:4: a step cannot be empty; allowed: a segment, a wait (+0.1s), do: COMMAND, or expect: FACT',
  ],
  ['- do:', '- doo:', '18:5: "doo" is no key of step 4; allowed: do, expect; did you mean do?'],
  [
    'do: ipvsadm',
    'do: ipvsad',
    '18:9: "ipvsad" is no tool that is modelled; allowed: ipvsadm iptables conntrack sysctl; did you mean ipvsadm?',
  ],
  [
    'do: ipvsadm -e -t VIP:80',
    'do: iptables -A INPTU',
    '18:21: there is no chain INPTU; allowed: INPUT FORWARD OUTPUT; did you mean INPUT?',
  ],
  [
    'director:',
    'diretor:',
    `4:1: "diretor" is no key of a scenario; allowed: ${KEYS}; did you mean director?`,
  ],
  ['timeline:', 'expect: []\ntimeline:', `14:1: "expect" is no key of a scenario; allowed: ${KEYS}`],
  [
    'rules:',
    'rule:',
    '8:3: "rule" is no key of director; allowed: hosts, mtu, services, rules, routing, iptables, sysctls; did you mean rules?',
  ],
  [
    'director:',
    'director:\n  mtu: { clint: 576 }',
    '5:10: "clint" is no key of mtu; allowed: client, server; did you mean client?',
  ],
  ['director:', 'director:\n  hosts: { clients: 99 }', '5:21: clients cannot be "99"; allowed: at most 98'],
  [
    'f1 client > F.',
    'f1 client by RIP5 > F.',
    '17:5: there is no RIP5; allowed: RIP1 RIP2 RIP3 RIP4; add hosts: { servers: 5 } under director:',
  ],
  [
    '- do:',
    '- expect: to CIP7\n  - do:',
    '17:5: there is no CIP7; allowed: CIP1 CIP2 CIP3 CIP4; add hosts: { clients: 7 } under director:',
  ],
  [
    '0:0(0) win',
    '0:3(3) data GE%T win',
    '15:33: % stands alone; allowed: two hexadecimal digits behind it, as in %0D%0A; write %25 for the sign itself',
  ],
  [
    '0:0(0) win',
    '0:3(3) data GETT win',
    '15:19: 4 bytes of data do not fit into 3; make the packet 4 bytes long',
  ],
  ['timeline:', 'timeline: x\nflows:', '16:3: flows cannot be a list of 4; allowed: a mapping'],
  ['id: dr-fin-dropped-by-new-only', 'id: 5', '1:5: id cannot be "5"; allowed: text; put it in quotes'],
  [
    'id: dr-fin-dropped-by-new-only',
    'id: DR fin',
    '1:5: id cannot be "DR fin"; allowed: lower-case words joined by -, as in dr-fin-dropped',
  ],
  ['id: dr-fin-dropped-by-new-only', 'title: x', '2:1: key "title" is given twice; remove one of them'],
  [
    'timeline:',
    'flows:\n  f2: CIP1:4000 > VIP:80\ntimeline:',
    '17:5: flow f1 is not declared; allowed: f2; add it under flows:',
  ],
  ['timeline:', 'flows:\n  f1: CIP1:4000 > VIP:8O\ntimeline:', '15:23: "8O" is no port; allowed: 1 to 65535'],
  [
    'timeline:',
    'flows:\n  __proto__: CIP1:4000 > VIP:80\ntimeline:',
    '15:3: "__proto__" is no name of a flow; allowed: a letter, then letters, digits, - and _, up to 32 characters, as in f1',
  ],
  ['timeline:', 'flows: { f1: 5 }\ntimeline:', '14:14: f1 cannot be "5"; allowed: text; put it in quotes'],
  [
    'title: A',
    'title: "A',
    '19:1: this is no YAML: Missing closing "quote; check indentation, colons and quotes',
  ],
  [
    'id:',
    '\tid:',
    '1:1: this is no YAML: Tabs are not allowed as indentation; check indentation, colons and quotes',
  ],
  ['- +0.1s', '- &a +0.1s\n  - *a', '16:8: anchors and aliases are not read; write it out'],
  ['timeline:', '---\ntimeline:', '14:1: a file holds one scenario; put the others into files of their own'],
];

describe('a complaint says where, what, what is allowed and what next', () => {
  test.each(COMPLAINTS)('%j as %j', (from, to, message) => {
    expect(GOOD).toContain(from);
    expect(complaint(GOOD.replace(from, to))).toBe(`dir/x.yaml:${message}`);
  });

  test.each([
    ['', '1:1: a scenario cannot be empty; allowed: a mapping'],
    ['hello', '1:1: a scenario cannot be "hello"; allowed: a mapping'],
    ['timeline: []', '1:1: director is missing; allowed: a mapping; add director:'],
    [
      'director:\n  services:\n    - x\ntimeline: []',
      '3:5: services cannot be a list of 1; allowed: text; write services: | and the lines below it',
    ],
    [
      'director: {}\ntimeline: [f1 client > S 0:0(0)]',
      '2:12: there is no service that the flow could go to; add flows: with f1: CIP1:40001 > VIP:80',
    ],
    ['#'.repeat(300_000), '1:1: the file is too long; allowed: 262144 characters'],
    ['\n'.repeat(20_000), '10001:1: the file has too many lines; allowed: 10000'],
    [`#\n#${'x'.repeat(6000)}`, '2:1: the line is too long; allowed: 5000 characters'],
    ['[\n'.repeat(300), '201:1: brackets are nested too deeply; allowed: 200 levels'],
    ['- '.repeat(1000), '1:1: the line is indented too far; allowed: 400 columns'],
    [
      `director: {}\ntimeline:\n${'- +1s\n'.repeat(5001)}`,
      '3:1: timeline cannot be a list of 5001; allowed: at most 5000 steps',
    ],
  ])('text %# is refused', (text, message) => {
    expect(complaint(text)).toBe(`dir/x.yaml:${message}`);
  });
});

function complaint(text: string): string {
  try {
    parseScenarioFile(text, 'dir/x.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no complaint';
}

describe('files on the disk', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'scenario-file-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test('are read', async () => {
    const path = join(dir, 'good.yaml');
    await writeFile(path, GOOD);
    await expect(readScenarioFile(path)).resolves.toMatchObject({ source: 'LVS-HOWTO 29.16' });
  });

  test('that cannot be read are named', async () => {
    const path = join(dir, 'latin1.yaml');
    await writeFile(path, Buffer.from([0x74, 0xe9]));
    const refused = (file: string, message: string) =>
      expect(readScenarioFile(file)).rejects.toThrowError(new InputError(message));
    await refused(path, `${path}: the file is no text in UTF-8; save it as UTF-8`);
    await refused(dir, `${dir}: this is a directory; name a scenario file in it`);
    await refused(join(dir, 'none'), `${join(dir, 'none')}: there is no such file; check the path`);
    await refused('/dev/zero', '/dev/zero: this is no ordinary file');
  });
});

test('the published schema is what files are read by', async () => {
  const schema = scenarioJsonSchema();
  await expect(`${JSON.stringify(schema, undefined, 2)}\n`).toMatchFileSnapshot('./scenario.schema.json');
  const validate = new Ajv2020().compile(schema);
  expect(validate(parse(PRINTED)), JSON.stringify(validate.errors)).toBe(true);
  expect(validate(parse(PRINTED.replace('rules:', 'rule:')))).toBe(false);
});
