import { describe, expect, it } from 'vitest';
import { imported, service } from './imported-again.ts';

const lines = (...all: string[]) => all.map((line) => `  - ${line}\n`).join('');

const marking = (chain: string, match: string) => `  rules: |
    *mangle
    :PREROUTING ACCEPT [0:0]
    :INPUT ACCEPT [0:0]
    -A ${chain} ${match} -j MARK --set-mark 1
    COMMIT
`;

describe('several connections from one port of a client', () => {
  it('fragments, the last one first, are of the connection whose numbers the first one has', async () => {
    const text = `${service('-m')}flows:
  f1: CIP1:40000 > VIP:80
timeline:
${lines(
  'f1 client > S 0:0(0)',
  'f1 client > S 128481:128481(0)',
  'f1 server > S. 0:0(0) ack 1',
  'f1 client > . 1:1(0) ack 1',
  'f1 server > P. 1:51(50) ack 1 id 100 nodf frag 24+46',
  'f1 server > P. 1:51(50) ack 1 id 100 nodf frag 0+24 mf',
)}`;
    const { lines: told, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(told[4]).toMatch(/^f1 server > .* frag 24\+46/);
  });

  it('a mark may lead a call to a server of the service that the port called before', async () => {
    const text = `director:
  services: |
    -A -t VIP2:80 -s rr
    -a -t VIP2:80 -r RIP2:80 -m -w 1
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP3:80 -m -w 1
    -A -f 1 -s rr
    -a -f 1 -r RIP2:0 -m -w 1
${marking('INPUT', '-d VIP')}flows:
  f1: CIP1:40000 > VIP2:80
  f2: CIP1:40000 > VIP:80 isn 700000/5000
timeline:
${lines('f1 client > S 0:0(0)', '+100ms', 'f2 client > S 0:0(0)')}`;
    const { lines: told, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(told.at(-1)).toBe('f2 client > S 0:0(0) -> to RIP1');
  });

  it('of two calls that are the same a server gets the one that has its identification', async () => {
    const text = `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP2:80 -m -w 1
    -a -t VIP:80 -r RIP4:8080 -m -w 0
    -A -t VIP:443 -s rr
    -a -t VIP:443 -r RIP3:443 -m -w 1
    -A -f 1 -s rr
    -a -f 1 -r RIP4:8080 -m -w 1
${marking('PREROUTING', '-p tcp --dport 443')}flows:
  f1: CIP1:40000 > VIP:80
  f2: CIP1:40000 > VIP:443
timeline:
${lines('f1 client > S 0:0(0)', 'f2 client > S 0:0(0)')}`;
    const { lines: told, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(told).toEqual(['f1 client > S 0:0(0) -> to RIP1', 'f2 client > S 0:0(0) -> to RIP2']);
  });

  it('what a real server says unasked is not what another said with the same numbers', async () => {
    const ftp = service('-m').replaceAll(':80', ':21').replace('-s rr', '-s rr -p 300');
    const text = `${ftp}flows:
  f1: CIP1:40000 > VIP:21
  f2: CIP1:40000 > RIP1:10241
timeline:
${lines('f1 client > S 0:0(0)', 'f1 server > S. 0:0(0) ack 1', 'f2 server > S. 0:0(0) ack 1')}`;
    const { lines: told, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(told).toEqual([
      'f1 client > S 0:0(0) -> to RIP2',
      'f1 server > S. 0:0(0) ack 1 -> to CIP1 from VIP:21',
    ]);
  });
});

it('nothing is expected of data whose first packet is cut by fragments within its header', async () => {
  const text = `${service('-m').replaceAll(':80', ':21')}flows:
  f1: CIP1:40000 > VIP:21
  f2: CIP1:40001 > VIP:10241
timeline:
${lines(
  'f1 client > S 0:0(0)',
  'f1 server > S. 0:0(0) ack 1',
  'f1 client > . 1:1(0) ack 1',
  'f1 server > P. 1:48(47) ack 1 begins "227 Entering Passive Mode ({self,},40,1)\\r\\n"',
  'f2 client > S 0:0(0) id 101 nodf frag 0+8 mf',
  'f2 client > S 0:0(0) id 101 nodf frag 8+12',
  'f2 server > S. 0:0(0) ack 1',
)}`;
  const { lines: told, wrong } = await imported(text);
  expect(wrong).toEqual([]);
  expect(told.at(-1)).toMatch(/^f2 server (by RIP1 )?> S\. 0:0\(0\) ack 1$/);
});
