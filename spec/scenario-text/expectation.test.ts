import { expect, it } from 'vitest';
import type { TextError } from '../config/text-error.ts';
import { parseFact, parseWhen, printFact, printWhen } from './expectation.ts';

it.each([
  'to RIP1',
  'to CIP1 from VIP:80 ttl 63',
  'nothing out',
  'dropped at LOCAL_IN filter',
  'answered rst',
  'answered icmp host-prohibited',
  'answered icmp fragmentation-needed mtu 1400',
  'answered icmp 12/0',
  'refused',
  'ActiveConn 1 InActConn 0',
  'ActiveConn 1 InActConn 0 of RIP2',
  'ipvs FIN_WAIT',
  'ipvs none',
  'ipvs ESTABLISHED to RIP1 for 900s of f2',
  'conntrack any UNREPLIED',
  'conntrack TIME_WAIT ASSURED for 120s of f1',
  'conntrack none',
  'says "227 (10,0,0,100,40,1)\\r\\n"',
  'announced RIP1 > CIP1:5121',
  'announced none',
  'rule INPUT 2 counted',
  'rule mangle PREROUTING 1 silent',
])('%s is read and printed as it was', (text) => {
  expect(printFact(parseFact(text))).toBe(text);
});

it.each([
  ['to RIP999', 4, '"RIP999" is no host; allowed: CIP1'],
  [
    'sent to RIP1',
    1,
    '"sent to RIP1" is nothing that can be expected; allowed: to HOST [from ADDRESS:PORT] [ttl N], nothing out',
  ],
  ['dropped at INPUT filter', 12, '"INPUT" is no hook; allowed: PRE_ROUTING LOCAL_IN'],
  ['dropped at LOCAL_IN filtr', 21, 'did you mean filter?'],
  ['answered icmp unreachable', 15, '"unreachable" is no ICMP message; allowed: TYPE/CODE, or one of'],
  ['ActiveConn 1', 13, 'InActConn is missing'],
  ['ipvs established', 6, '"established" is no state; allowed: none, or a state as'],
  ['ipvs FIN_WAIT for 120', 19, '"120" is no time; allowed: whole seconds, as in 120s'],
  ['conntrack none now', 16, '"now" follows a complete expectation; allowed: conntrack STATE'],
  ['rule INPUT 0 counted', 12, '"0" is no number of a rule; allowed: 1 to 100000'],
  ['', 1, 'what is expected is missing'],
])('%s is refused at column %i', (text, column, message) => {
  expect(() => parseFact(text)).toThrow(
    expect.objectContaining({ column, message: expect.stringContaining(message) }) as TextError,
  );
});

it('reads conditions on the kernel', () => {
  for (const text of ['reject-reset-closes-conntrack', 'not reject-reset-closes-conntrack'])
    expect(printWhen(parseWhen(text))).toBe(text);
  expect(() => parseWhen('not reject-reset-closes')).toThrow(/names no change between kernels/);
});
