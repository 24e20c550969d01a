import { describe, expect, it } from 'vitest';
import { attribute, message, NLMSG } from '../directors/netlink.ts';
import { parseNftChains, parseNftRules } from './nft-counters.ts';

/** Messages as a kernel of 6.1 answers them, made by hand: NFT_MSG_NEWCHAIN is 0xa03, NFT_MSG_NEWRULE 0xa06. */

const NFGENMSG = Buffer.from([2, 0, 0, 5]);
const name = (text: string) => Buffer.from(`${text}\0`);
const done = message(NLMSG.DONE, 2, [Buffer.alloc(4)]);

function counters(bytes: bigint, packets: bigint): Buffer {
  const number = (value: bigint) => {
    const field = Buffer.alloc(8);
    field.writeBigUInt64BE(value);
    return field;
  };
  return Buffer.concat([attribute(1, number(bytes)), attribute(2, number(packets))]);
}

const chain = (text: string, ...more: Buffer[]) =>
  message(0xa03, 2, [NFGENMSG, attribute(1, name('filter')), attribute(3, name(text)), ...more]);

function rule(text: string, ...expressions: Buffer[]): Buffer {
  const list = expressions.map((expression) => attribute(0x8001, expression));
  const place = [attribute(1, name('filter')), attribute(2, name(text))];
  return message(0xa06, 2, [NFGENMSG, ...place, attribute(0x8004, Buffer.concat(list))]);
}

const expression = (text: string, data: Buffer) =>
  Buffer.concat([attribute(1, name(text)), attribute(0x8002, data)]);

describe('counters of nf_tables', () => {
  it('are those of built-in chains, which alone have a policy', () => {
    const policy = attribute(5, Buffer.from([0, 0, 0, 1]));
    const input = chain('INPUT', policy, attribute(0x8008, counters(80n, 2n)));

    const rows = parseNftChains(Buffer.concat([input, chain('mine'), done]));

    expect(rows).toEqual([{ table: 'filter', chain: 'INPUT', rule: 0, packets: 2, bytes: 80 }]);
  });

  it('are those of rules, numbered within their chains', () => {
    const counted = expression('counter', counters(40n, 1n));
    const other = expression('cmp', Buffer.alloc(8));

    const rows = parseNftRules(
      Buffer.concat([rule('INPUT', other, counted), rule('OUTPUT'), rule('INPUT', counted), done]),
    );

    expect(rows.map(({ chain, rule, packets, bytes }) => [chain, rule, packets, bytes])).toEqual([
      ['INPUT', 1, 1, 40],
      ['OUTPUT', 1, 0, 0],
      ['INPUT', 2, 1, 40],
    ]);
  });

  it('are not half of an answer, nor an error', () => {
    const refusal = Buffer.alloc(20);
    refusal.writeInt32LE(-95);

    expect(() => parseNftRules(rule('INPUT'))).toThrow('half an answer');
    expect(() => parseNftRules(message(NLMSG.ERROR, 0, [refusal]))).toThrow('errno 95');
  });
});
