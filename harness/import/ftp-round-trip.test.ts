import { describe, expect, it } from 'vitest';
import { type How, imported, service } from './imported-again.ts';
import type { Kind } from './made-up-capture.ts';

describe('FTP', () => {
  const ftp = (flows: string, ...lines: string[]) => `${service('-m').replaceAll(':80', ':21')}flows:
  f1: CIP1:40000 > VIP:21 isn 70/4294967290
${flows}timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f1 client > . 1:1(0) ack 1
  - f1 server > P. 1:6(5) ack 1 says "220\\r\\n"
  - f1 client > P. 1:11(10) ack 6 says "USER bob\\r\\n"
${lines.map((line) => `  - ${line}\n`).join('')}`;
  /** A line of the server is some bytes longer, as it says it and as the client hears it. */
  const pasv = (said = 0, heard = 0) =>
    ftp(
      '  f2: CIP1:40001 > VIP:10241\n',
      'f1 client > P. 11:17(6) ack 6 says "PASV\\r\\n"',
      `f1 server > P. 6:${53 + said}(${47 + said}) ack 17 begins "227 Entering Passive Mode ({self,},40,1)\\r\\n"`,
      'f2 client > S 0:0(0)',
      'f2 server > S. 0:0(0) ack 1',
      `f1 client > . 17:17(0) ack ${51 + heard}`,
      'f2 server > P. 1:3(2) ack 1',
      `f1 server > P. ${53 + said}:${63 + said}(10) ack 17 says "226 Done\\r\\n"`,
      `f1 client > F. 17:17(0) ack ${61 + heard}`,
    );
  const PORT = ftp(
    '  f2: CIP1:5121 > VIP:20 with f1\n',
    'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n"',
    'f2 server > S 0:0(0)',
    'f2 client > S. 0:0(0) ack 1',
    'f2 server > . 1:1(0) ack 1',
  );

  const renamed = { RIP2: '192.168.1.7', VIP: '10.0.0.9' };
  it.each<[string, string, How]>([
    ['ethernet', pasv(), { kind: 'ethernet' }],
    ['raw', pasv(), { kind: 'raw' }],
    ['cooked', pasv(), { kind: 'cooked' }],
    ['cooked2', pasv(), { kind: 'cooked2' }],
    ['addresses that are longer in the scenario', pasv(-1, -2), { renamed }],
  ])('passive, %s', async (_, text, how) => {
    const { lines, notes, wrong } = await imported(text, how);
    expect(wrong).toEqual([]);
    expect(notes).toEqual([]);
    expect(lines.slice(5)).toEqual([
      'f1 client > P. 11:17(6) ack 6 says "PASV\\r\\n" -> to RIP2',
      'f1 server > P. 6:53(47) ack 17 says "227 Entering Passive Mode ({self,},40,1)\\r\\n" -> to CIP1 from VIP:21 -> says "227 Entering Passive Mode (10,0,0,100,40,1)\\r\\n"',
      'f2 client > S 0:0(0) -> to RIP2',
      'f2 server > S. 0:0(0) ack 1 -> to CIP1 from VIP:10241',
      'f1 client > . 17:17(0) ack 51 -> to RIP2',
      'f2 server > P. 1:3(2) ack 1 data %01%02 -> to CIP1 from VIP:10241',
      'f1 server > P. 53:63(10) ack 17 says "226 Done\\r\\n" -> to CIP1 from VIP:21',
      'f1 client > F. 17:17(0) ack 61 -> to RIP2',
    ]);
  });

  it.each<Kind>(['ethernet', 'raw', 'cooked', 'cooked2'])('active, %s', async (kind) => {
    const { lines, notes, wrong } = await imported(PORT, { kind });
    expect(wrong).toEqual([]);
    expect(notes).toEqual([]);
    expect(lines.slice(5)).toEqual([
      'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n" -> to RIP2',
      'f2 server > S 0:0(0) -> to CIP1 from VIP:20',
      'f2 client > S. 0:0(0) ack 1 -> to RIP2',
      'f2 server > . 1:1(0) ack 1 -> to CIP1 from VIP:20',
    ]);
  });

  it('a client may be the first to speak where the server was to be', async () => {
    const { lines, wrong } = await imported(
      PORT.replace('f2 server > S 0:0(0)', 'f2 client > S. 0:0(0) ack 1'),
    );
    expect(wrong).toEqual([]);
    expect(lines[6]).toMatch(/^f2 client > S\. /);
  });

  it('a passive data connection that reached no server is of the one that its control connection goes to', async () => {
    const closed = pasv().replace('f2 client > S 0:0(0)', 'f2 client > . 1:1(0) ack 1');
    const { lines, wrong } = await imported(closed);
    expect(wrong).toEqual([]);
    expect(lines[8]).toMatch(/^f2 server (by RIP2 )?> S\./);
  });

  it.each<Kind>(['ethernet', 'cooked'])(
    'nothing is told where the director asks by ARP, %s',
    async (kind) => {
      const text = ftp(
        '  f2: CIP1:40001 > VIP:10241\n',
        'f1 client > P. 11:17(6) ack 6 says "PASV\\r\\n"',
        'f1 server > P. 6:49(43) ack 17 says "227 Entering Passive Mode ({CIP2,},40,1)\\r\\n"',
        'f2 client > S 0:0(0)',
      );
      const helped = text.replace(
        'flows:',
        `  rules: |
    *raw
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
    COMMIT
flows:`,
      );
      const { lines, wrong } = await imported(helped, { kind });
      expect(wrong).toEqual([]);
      expect(lines.at(-1)).toBe('f2 client > S 0:0(0)');
    },
  );

  it('the lines of a control connection that rules led to past IPVS are rewritten, too', async () => {
    const text = pasv().replace(
      'flows:',
      `  rules: |
    *raw
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
    COMMIT
    *nat
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -d VIP -p tcp -m tcp --dport 21 -j DNAT --to-destination RIP4
    COMMIT
flows:`,
    );
    const { lines, wrong } = await imported(text, { kind: 'cooked' });
    expect(wrong).toEqual([]);
    expect(lines[6]).toMatch(/^f1 server > P\. .* -> to CIP1 from VIP:21/);
  });

  it('a persistent service takes data connections that nobody announced', async () => {
    const persistent = ftp('  f2: CIP1:40001 > VIP:5000\n', 'f2 client > S 0:0(0)').replace(
      '-s rr',
      '-s rr -p 300',
    );
    const { lines, wrong } = await imported(persistent);
    expect(wrong).toEqual([]);
    expect(lines.at(-1)).toBe('f2 client > S 0:0(0) -> to RIP2');
  });

  it('two servers may be told the same port: each opens the data connection of its own client', async () => {
    const port = (flow: string) => [
      `${flow} client > S 0:0(0)`,
      `${flow} server > S. 0:0(0) ack 1`,
      `${flow} client > . 1:1(0) ack 1`,
      `${flow} client > P. 1:21(20) ack 1 says "PORT {self,},20,1\\r\\n"`,
    ];
    const text = `${service('-m').replaceAll(':80', ':21')}flows:
  f1: CIP1:40000 > VIP:21
  f2: CIP1:40001 > VIP:21
  f3: CIP1:5121 > VIP:20 with f1
timeline:
${[...port('f1'), ...port('f2'), 'f3 server > S 0:0(0)'].map((line) => `  - ${line}\n`).join('')}`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.at(-1)).toBe('f3 server > S 0:0(0) -> to CIP1 from VIP:20');
  });

  it('an address of nobody who takes part is nobody in the scenario, whoever has it there', async () => {
    const text = ftp(
      '',
      'f1 client > P. 11:17(6) ack 6 says "PASV\\r\\n"',
      'f1 server > P. 6:49(43) ack 17 says "227 Entering Passive Mode (10,0,0,3,40,1)\\r\\n"',
    );
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.at(-1)).toContain('(10,9,9,9,40,1)');
  });

  it.each([
    ['without its announcement', []],
    [
      'announced for another machine',
      ['f1 server > P. 6:53(47) ack 11 begins "227 Entering Passive Mode ({CIP2,},40,1)\\r\\n"'],
    ],
  ])('%s a data connection is left out, and counted', async (_, said) => {
    const text = ftp('  f2: CIP1:40001 > VIP:10241\n', ...said, 'f2 client > S 0:0(0)');
    const { lines, notes } = await imported(text);
    expect(lines).toHaveLength(5 + said.length);
    expect(notes.join()).toContain('2 packets seem to be of FTP');
  });

  describe('a line in two segments', () => {
    const helper = `  rules: |
    *raw
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
    COMMIT
flows:`;
    const half = ftp(
      '  f2: CIP1:5121 > VIP:20 with f1\n',
      'f1 client > P. 11:27(16) ack 6 begins "PORT {self,},20,1\\r\\n"',
      'f1 client > P. 27:31(4) ack 6 says ",1\\r\\n"',
      'f2 server > S 0:0(0)',
      'f2 client > S. 0:0(0) ack 1',
    );

    const took = (first: string) => [
      `f1 client > P. 11:27(16) ack 6 says "PORT {self,},20" ${first}`,
      'f1 client > P. 27:31(4) ack 6 says ",1\\r\\n" -> to RIP2',
      'f2 server > S 0:0(0) -> to CIP1 from RIP2:20',
      'f2 client > S. 0:0(0) ack 1 -> answered rst',
    ];

    it.each(['ethernet', 'raw', 'cooked', 'cooked2'] as const)(
      'is not understood by the director, and data comes from the real server, %s',
      async (kind) => {
        const { lines, notes, wrong } = await imported(half, { kind });
        expect(wrong).toEqual([]);
        expect(notes).toEqual([]);
        expect(lines.slice(5)).toEqual(took('-> to RIP2'));
      },
    );

    it('is lost where the helper listens', async () => {
      const { lines, wrong } = await imported(half.replace('flows:', helper));
      expect(wrong).toEqual([]);
      expect(lines.slice(5)).toEqual(took('-> nothing out'));
    });

    it('says nothing of addresses that are to stay unknown', async () => {
      const { lines, wrong } = await imported(half.replace('11:27(16)', '11:22(11)'), { anonymise: true });
      expect(wrong).toEqual([]);
      expect(lines.slice(5, 7).map((line) => line.split(' -> ')[0])).toEqual([
        'f1 client > P. 11:22(11) ack 6 says "PORT 00,0,0"',
        'f1 client > P. 27:31(4) ack 6',
      ]);
    });

    it('two controls of which each says the same port: each has the data connection of its own address', async () => {
      const both = ['VIP', 'VIP2'].map(
        (vip) => `    -A -t ${vip}:21 -s rr\n    -a -t ${vip}:21 -r RIP1:21 -m -w 1\n`,
      );
      const opened = (flow: string) => [
        `${flow} client > S 0:0(0)`,
        `${flow} server > S. 0:0(0) ack 1`,
        `${flow} client > . 1:1(0) ack 1`,
        `${flow} client > P. 1:21(20) ack 1 says "PORT {self,},20,1\\r\\n"`,
      ];
      const text = `director:
  services: |
${both.join('')}flows:
  f1: CIP1:40000 > VIP:21
  f2: CIP1:40001 > VIP2:21
  f3: CIP1:5121 > VIP:20 with f1
timeline:
${[...opened('f1'), ...opened('f2'), 'f3 client > S. 0:0(0) ack 1'].map((line) => `  - ${line}\n`).join('')}`;
      const { lines, wrong } = await imported(text);
      expect(wrong).toEqual([]);
      expect(lines.at(-1)).toMatch(/^f3 client .* -> to RIP1$/);
    });
  });

  it('a server that calls another port than it was told does so for whom talks to it', async () => {
    const opened = (flow: string) => [
      `${flow} client > S 0:0(0)`,
      `${flow} server > S. 0:0(0) ack 1`,
      `${flow} client > . 1:1(0) ack 1`,
      `${flow} client > P. 1:21(20) ack 1 says "PORT {self,},20,1\\r\\n"`,
    ];
    const text = `${service('-m').replaceAll(':80', ':21').replaceAll('RIP2:21', 'RIP2:8080')}flows:
  f1: CIP1:40000 > VIP:21
  f2: CIP1:40001 > VIP:21
  f3: CIP1:5122 > VIP:20 with f1
timeline:
${[...opened('f1'), ...opened('f2'), 'f3 server > S 0:0(0)'].map((line) => `  - ${line}\n`).join('')}`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.at(-1)).toMatch(/ server > S 0:0\(0\) -> to CIP1 from RIP2:8079$/);
  });

  it('a service by mark has data connections below the port that the client called, not below its others', async () => {
    const text = PORT.replace('-A -t VIP:21 -s rr', '-A -f 1 -s rr')
      .replaceAll(/-a -t VIP:21 -r (RIP\d):21/g, '-a -f 1 -r $1:0')
      .replace(
        'flows:',
        `  rules: |
    *mangle
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -d VIP -p tcp -m multiport --dports 80,21 -j MARK --set-mark 1
    COMMIT
flows:`,
      );
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines[6]).toBe('f2 server > S 0:0(0) -> to CIP1 from VIP:20');
  });

  it('a line said once more may be another one', async () => {
    const text = ftp(
      '',
      'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n"',
      'f1 client > P. 11:31(20) ack 6 begins "PORT {CIP2,},20,1\\r\\n"',
      'f1 server > . 6:6(0) ack 31',
      'f1 client > . 31:31(0) ack 6',
    );
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.slice(5)).toEqual([
      'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n" -> to RIP2',
      'f1 client > P. 11:31(20) ack 6 says "PORT 10,9,9,9,20,1\\r\\n" -> to RIP2',
      'f1 server > . 6:6(0) ack 31 -> to CIP1 from VIP:21',
      'f1 client > . 31:31(0) ack 6 -> to RIP2',
    ]);
  });

  it('what a server was asked for by its own address is left out, also its data', async () => {
    const text = `${service('-m').replaceAll(':80', ':21')}flows:
  f1: CIP1:40000 > VIP:21
  f2: CIP1:40001 > RIP1:21
  f3: CIP1:5121 > RIP1:20 with f2
timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f2 client > S 0:0(0)
  - f2 server > S. 0:0(0) ack 1
  - f2 client > P. 1:21(20) ack 1 says "PORT {self,},20,1\\r\\n"
  - f3 server > S 0:0(0)
  - f1 client > P. 1:11(10) ack 1 says "USER bob\\r\\n"
`;
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.filter((line) => !line.startsWith('f1 '))).toEqual([]);
  });

  it('a line in fragments is told', async () => {
    const text = ftp(
      '',
      'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n" id 9 nodf frag 0+24 mf',
      'f1 client > P. 11:31(20) ack 6 says "PORT {self,},20,1\\r\\n" id 9 nodf frag 24+16',
    ).replace(
      'flows:',
      `  rules: |
    *raw
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -p tcp -m tcp --dport 21 -j CT --helper ftp
    COMMIT
flows:`,
    );
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.slice(5)).toEqual([
      'f1 client > P. 11:31(20) ack 6 id 9 nodf frag 0+24 mf says "PORT {self,},20,1\\r\\n" -> nothing out',
      'f1 client > P. 11:31(20) ack 6 id 9 nodf frag 24+16 says "PORT {self,},20,1\\r\\n" -> to RIP2',
    ]);
  });
});
