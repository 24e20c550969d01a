import { describe, expect, it } from 'vitest';
import { parseIpVsConn } from './ip-vs-conn.ts';

const HEADER = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n';

describe('parseIpVsConn', () => {
  it('reads connections, sorted by client', () => {
    const text = `${HEADER}${[
      'TCP 0A000002 0402 0A000064 0050 C0A8010B 0050 SYN_RECV         60',
      'TCP 0A000002 0401 0A000064 0050 C0A8010C 0050 ESTABLISHED     899',
    ].join('\n')}\n`;

    const rows = parseIpVsConn(text);

    expect(rows.map(({ clientPort, state, expires }) => [clientPort, state, expires])).toEqual([
      [1025, 'ESTABLISHED', 899],
      [1026, 'SYN_RECV', 60],
    ]);
    expect(rows[0]).toMatchObject({
      protocol: 'TCP',
      client: 0x0a000002,
      virtual: 0x0a000064,
      virtualPort: 80,
      dest: 0xc0a8010c,
      destPort: 80,
    });
  });

  it('refuses an unknown form by quoting the line', () => {
    const line = 'TCP 0A000002 0402 0A000064 0050 C0A8010B 0050 SYN_RECV  60 sip 123';

    expect(() => parseIpVsConn(`${HEADER}${line}\n`)).toThrow(line);
  });
});
