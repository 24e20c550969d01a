import { describe, expect, it } from 'vitest';
import { parseNfConntrack } from './nf-conntrack.ts';

const ESTABLISHED =
  'ipv4     2 tcp      6 431999 ESTABLISHED src=10.0.0.2 dst=10.0.0.100 sport=1025 dport=80 src=192.168.1.12 dst=10.0.0.2 sport=80 dport=1025 [ASSURED] mark=0 zone=0 use=2';
const SYN_SENT =
  'ipv4     2 tcp      6 119 SYN_SENT src=10.0.0.2 dst=10.0.0.100 sport=1026 dport=80 [UNREPLIED] src=192.168.1.11 dst=10.0.0.2 sport=80 dport=1026 mark=7 zone=0 use=2';

describe('parseNfConntrack', () => {
  it('reads tuples, status bits, timeout and mark', () => {
    const [first, second] = parseNfConntrack(`${SYN_SENT}\n${ESTABLISHED}\n`);

    expect(first).toEqual({
      protocol: 'tcp',
      timeout: 431999,
      state: 'ESTABLISHED',
      original: { src: 0x0a000002, dst: 0x0a000064, sport: 1025, dport: 80 },
      reply: { src: 0xc0a8010c, dst: 0x0a000002, sport: 80, dport: 1025 },
      unreplied: false,
      assured: true,
      mark: 0,
    });
    expect(second).toMatchObject({ state: 'SYN_SENT', unreplied: true, assured: false, mark: 7 });
  });

  it('reads the state of SCTP', () => {
    const [row] = parseNfConntrack(
      'ipv4     2 sctp     132 2 COOKIE_WAIT src=10.0.0.2 dst=10.0.0.100 sport=40000 dport=80 src=192.168.1.11 dst=10.0.0.2 sport=80 dport=40000 mark=0 use=1\n',
    );

    expect(row).toMatchObject({ protocol: 'sctp', state: 'COOKIE_WAIT', timeout: 2 });
  });

  it("reads ICMP's id, type and code where the kernel keeps ports", () => {
    const [row] = parseNfConntrack(
      'ipv4     2 icmp     1 29 src=10.0.0.2 dst=10.0.0.1 type=8 code=0 id=77 src=10.0.0.1 dst=10.0.0.2 type=0 code=0 id=77 mark=0 use=1\n',
    );

    expect(row).toMatchObject({ protocol: 'icmp', state: '', original: { sport: 77, dport: 0x800 } });
  });

  it('tells protocols without a name apart by their numbers, and GRE by its keys', () => {
    const ends = 'src=10.0.0.2 dst=10.0.0.1 KEYS src=10.0.0.1 dst=10.0.0.2 KEYS mark=0 use=1';
    const [esp] = parseNfConntrack(`ipv4     2 unknown  50 599 ${ends.replaceAll('KEYS ', '')}\n`);
    const gre = 'ipv4     2 gre      47 29 timeout=30, stream_timeout=180 ';
    const [call] = parseNfConntrack(`${gre}${ends.replaceAll('KEYS', 'srckey=0x0 dstkey=0x9')}\n`);

    expect(esp).toMatchObject({ protocol: 'unknown 50', timeout: 599, original: { sport: 0, dport: 0 } });
    expect(call).toMatchObject({ protocol: 'gre', timeout: 29, original: { sport: 0, dport: 9 } });
  });

  it.each(['ipv6 10 tcp 6 119 SYN_SENT src=::1', 'ipv4 2 tcp 6 119 SYN_SENT src=10.0.0.2 what', ''])(
    'refuses the line %j by quoting it',
    (line) => {
      expect(() => parseNfConntrack(`${line}\n`)).toThrow(JSON.stringify(line));
    },
  );

  it('reads an empty table as no rows', () => {
    expect(parseNfConntrack('')).toEqual([]);
  });
});
