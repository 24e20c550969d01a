import { describe, expect, it } from 'vitest';
import { imported } from './imported-again.ts';

describe('a client that is a real server of another service', () => {
  const director = `director:
  services: |
    -A -t VIP:21 -s rr
    -a -t VIP:21 -r RIP2:21 -m -w 1
    -A -f 1 -s rr
    -a -f 1 -r CIP3:0 -m -w 1
  rules: |
    *mangle
    :PREROUTING ACCEPT [0:0]
    -A PREROUTING -p tcp -m multiport --dports 8080 -j MARK --set-mark 1
    COMMIT
`;
  const greeted = [
    'f1 client > S 0:0(0)',
    'f1 server > S. 0:0(0) ack 1',
    'f1 client > . 1:1(0) ack 1',
    'f1 client > P. 1:21(20) ack 1 says "PORT {self,},20,1\\r\\n"',
  ];
  const told = (...lines: string[]) => `${director}flows:
  f1: CIP3:40001 > VIP:21
  f2: CIP3:5121 > VIP:20 with f1
timeline:
${[...greeted, ...lines].map((line) => `  - ${line}\n`).join('')}`;

  it('is answered by whom it called, and its own words stay whole', async () => {
    const text = told('f1 server > P. 1:9(8) ack 21 says "200 OK\\r\\n"', 'f1 client > . 21:21(0) ack 9');
    const { lines, wrong } = await imported(text);
    expect(wrong).toEqual([]);
    expect(lines.map((line) => line.split(' -> ')[0])).toEqual([
      'f1 client > S 0:0(0)',
      'f1 server > S. 0:0(0) ack 1',
      'f1 client > . 1:1(0) ack 1',
      'f1 client > P. 1:25(24) ack 1 says "PORT {RIP2,},20,1\\r\\n"',
      'f1 server > P. 1:9(8) ack 25 says "200 OK\\r\\n"',
      'f1 client > . 25:25(0) ack 9',
    ]);
  });

  it('has the data connection that it asked for', async () => {
    const { lines, wrong } = await imported(told('f2 server > S 0:0(0)', 'f2 client > S. 0:0(0) ack 1'));
    expect(wrong).toEqual([]);
    expect(lines.slice(4).map((line) => line.split(' -> ')[0])).toEqual([
      'f2 server > S 0:0(0)',
      'f2 client > S. 0:0(0) ack 1',
    ]);
  });
});
