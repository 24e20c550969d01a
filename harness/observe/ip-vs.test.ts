import { describe, expect, it } from 'vitest';
import { parseIpVs } from './ip-vs.ts';

const HEADER = `IP Virtual Server version 1.2.1 (size=256)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
`;

describe('parseIpVs', () => {
  it('reads services by address and port, dests in the order of the kernel', () => {
    const text = `${HEADER}TCP  0A000064:01BB wlc \n${[
      '  -> C0A8010B:01BB      Route   0      0          0         ',
      'TCP  0A000064:0050 rr ',
      '  -> C0A8010C:0050      Masq    1      1          0         ',
      '  -> C0A8010B:0050      Masq    1      2          3         ',
    ].join('\n')}\n`;

    const services = parseIpVs(text);

    expect(services.map(({ port, scheduler, flags }) => [port, scheduler, flags])).toEqual([
      [80, 'rr', ''],
      [443, 'wlc', ''],
    ]);
    expect(services[0]!.dests).toEqual([
      { address: 0xc0a8010c, port: 80, forward: 'Masq', weight: 1, activeConn: 1, inActConn: 0 },
      { address: 0xc0a8010b, port: 80, forward: 'Masq', weight: 1, activeConn: 2, inActConn: 3 },
    ]);
  });

  it('keeps what follows the scheduler', () => {
    const [service] = parseIpVs(`${HEADER}TCP  0A000064:0050 rr persistent 75000 FFFFFFFF\n`);

    expect(service!.flags).toBe('persistent 75000 FFFFFFFF');
  });

  it('reads the mark of a service by mark as its address', () => {
    const [service] = parseIpVs(`${HEADER}FWM  00000100 wlc persistent 75000 FFFFFFFF\n`);

    expect(service).toMatchObject({ protocol: 'FWM', address: 0x100, port: 0, scheduler: 'wlc' });
  });

  it('takes two blanks between flags for one', () => {
    const [service] = parseIpVs(`${HEADER}UDP  0A000064:0050 rr ops  persistent 75000 FFFFFFFF\n`);

    expect(service!.flags).toBe('ops persistent 75000 FFFFFFFF');
  });

  it.each(['TCP  [2001:db8::1]:0050 rr', '  -> C0A8010B:0050 Masq 1', 'something new'])(
    'refuses the line %j by quoting it',
    (line) => {
      expect(() => parseIpVs(`${HEADER}${line}\n`)).toThrow(line.trim());
    },
  );

  it('reads a director without services as none', () => {
    expect(parseIpVs(HEADER)).toEqual([]);
  });
});
