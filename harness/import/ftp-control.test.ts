import { expect, it } from 'vitest';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { announcedIn } from './ftp-control.ts';

const RIP = parseIpv4('192.168.1.11');

it.each([
  ['PORT 192,168,1,11,20,1\r\n', { opener: 'server', address: RIP, port: 5121 }],
  ['NOOP\r\nport 192,168,1,11,0,21\r\n', { opener: 'server', address: RIP, port: 21 }],
  ['227 Entering Passive Mode (192,168,1,11,40,1).\r\n', { opener: 'client', address: RIP, port: 10241 }],
  ['EPRT |1|192.168.1.11|5121|\r\n', { opener: 'server', address: RIP, port: 5121 }],
  [
    '229 Entering Extended Passive Mode (|||10241|)\r\n',
    { opener: 'client', address: undefined, port: 10241 },
  ],
  ['229 Extended (!1!192.168.1.11!10241!)\r\n', { opener: 'client', address: RIP, port: 10241 }],
])('%j announces a data connection', (text, announced) => {
  expect(announcedIn(text)).toEqual(announced);
});

it.each([
  '220 ready\r\n',
  'PASV\r\n',
  'PORT 192,168,1,11,20\r\n',
  // A segment that ends within the number.
  'PORT 192,168,1,11,20,1',
  'EPRT |2|::1|5121|\r\n',
  '227 Entering\r\n',
  '229 Extended (|||0|)\r\n',
  '229 Extended (|||75777|)\r\n',
])('%j announces none', (text) => {
  expect(announcedIn(text)).toBeUndefined();
});
