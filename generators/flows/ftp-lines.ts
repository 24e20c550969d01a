import fc from 'fast-check';
import { oneOf, weighted } from '../draws.ts';
import type { DataConnection } from './story.ts';

/** What one end says; the other then answers, or not. */
export interface Line {
  readonly from: 'client' | 'server';
  readonly text: string;
}

/** A command and its answer, and what they agree on. */
export interface Exchange {
  readonly lines: readonly Line[];
  readonly opens?: DataConnection['way'];
  /** By how many bytes the answer grows if somebody writes the virtual address into it. */
  readonly grows: number;
}

/** The ports that are agreed upon: 40,1 and 20,1 as FTP writes them. */
export const PASSIVE_PORT = 40 * 256 + 1;
export const ACTIVE_PORT = 20 * 256 + 1;

/** 192,168,1,11 becomes 10,0,0,100. */
const SHORTER = -2;

const MODE = '227 Entering Passive Mode';
const LONG_MODE = '229 Entering Extended Passive Mode';

const pasv = weighted<string>(
  [9, 'PASV\r\n'],
  [1, 'pasv\r\n'],
  [1, 'NOOP\r\nPASV\r\n'],
  [1, 'PASV\n'],
  [1, 'PASV'],
);

/** Right, odd but right, in two lines, of another machine, too large, too little, without an end. */
const pasvAnswer = weighted<string>(
  ...([
    [14, `${MODE} ({self,},40,1)\r\n`],
    [2, `${MODE} ({self,},40,1).\r\n`],
    [1, `${MODE} {self,},40,1\r\n`],
    [1, '227 ={self,},40,1\r\n'],
    [1, `227-Wait\r\n${MODE} ({self,},40,1)\r\n`],
    [1, `${MODE} ({self,},40,1)\r\n226 Done\r\n`],
    [1, `${MODE} ({RIP2,},40,1)\r\n`],
  ] as const),
  ...([
    [1, `${MODE} ({VIP,},40,1)\r\n`],
    [1, `${MODE} ({CIP2,},40,1)\r\n`],
    [1, `${MODE} ({self,},40,257)\r\n`],
    [1, `${MODE} ({self,},40)\r\n`],
    [1, `${MODE} ({self,},0,21)\r\n`],
    [1, `${MODE} ({self,},40,1`],
    [1, '500 No\r\n'],
  ] as const),
);

const epsv = weighted<string>([8, 'EPSV\r\n'], [3, 'EPSV 1\r\n'], [1, 'EPSV 2\r\n'], [1, 'EPSV ALL\r\n']);

const epsvAnswer = weighted<string>(
  [9, `${LONG_MODE} (|||10241|)\r\n`],
  [1, `${LONG_MODE} (!!!10241!)\r\n`],
  [1, `${LONG_MODE} (|1|{self}|10241|)\r\n`],
  [1, `${LONG_MODE} (|||75777|)\r\n`],
  [1, `${LONG_MODE} (|||0|)\r\n`],
  [1, `${LONG_MODE} |||10241|\r\n`],
);

const port = weighted<string>(
  [12, 'PORT {self,},20,1\r\n'],
  [1, 'port  {self,},20,1\r\n'],
  [1, 'PORT {self,},20,1\r\nLIST\r\n'],
  [1, 'PORT {CIP2,},20,1\r\n'],
  [1, 'PORT {self,},20,257\r\n'],
  [1, 'PORT {self,},20\r\n'],
  [1, 'PORT {self,},20,1'],
);

const eprt = weighted<string>(
  [8, 'EPRT |1|{self}|5121|\r\n'],
  [1, 'EPRT !1!{self}!5121!\r\n'],
  [1, 'EPRT |2|::1|5121|\r\n'],
  [1, 'EPRT |1|{self}|70657|\r\n'],
  [1, 'EPRT |1|{CIP2}|5121|\r\n'],
);

const ok = fc.constant('200 OK\r\n');

function exchange(
  command: fc.Arbitrary<string>,
  answer: fc.Arbitrary<string>,
  rest: Omit<Exchange, 'lines'>,
): fc.Arbitrary<Exchange> {
  return fc.tuple(command, answer).map(([asks, answers]) => ({
    lines: [
      { from: 'client', text: asks },
      { from: 'server', text: answers },
    ],
    ...rest,
  }));
}

export const anyExchange: fc.Arbitrary<Exchange> = oneOf<Exchange>(
  [6, exchange(pasv, pasvAnswer, { opens: 'passive', grows: SHORTER })],
  [3, exchange(epsv, epsvAnswer, { opens: 'passive', grows: 0 })],
  [6, exchange(port, ok, { opens: 'active', grows: 0 })],
  [3, exchange(eprt, ok, { opens: 'active', grows: 0 })],
  [1, exchange(fc.constant('USER anonymous\r\n'), fc.constant('331 Please\r\n'), { grows: 0 })],
);
