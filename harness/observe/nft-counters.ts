import type { CounterRow } from '../../spec/observation.ts';
import { attributes, HEADER_BYTES, message, messages, NLM_F, NLMSG } from '../directors/netlink.ts';
import { MachineError } from '../errors.ts';

/**
 * Counters of rules that iptables-nft has written, out of nf_tables' own answers
 * (include/uapi/linux/netfilter/nf_tables.h). Reading them so needs no process in the guest.
 */
export const NETLINK_NETFILTER = 12;

const NFNL_SUBSYS_NFTABLES = 10;
const AF_INET = 2;
/** struct nfgenmsg: family, version, res_id. */
const NFGENMSG_BYTES = 4;
const NFT_MSG = { NEWCHAIN: 3, GETCHAIN: 4, NEWRULE: 6, GETRULE: 7 } as const;
const CHAIN = { table: 1, name: 3, policy: 5, counters: 8 } as const;
const RULE = { table: 1, chain: 2, expressions: 4 } as const;
const LIST_ELEM = 1;
const EXPR = { name: 1, data: 2 } as const;
const COUNTER = { bytes: 1, packets: 2 } as const;

const typeOf = (kind: keyof typeof NFT_MSG): number => (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG[kind];

function dump(kind: 'GETCHAIN' | 'GETRULE'): Buffer {
  const nfgenmsg = Buffer.from([AF_INET, 0, 0, 0]);
  return message(typeOf(kind), NLM_F.REQUEST | NLM_F.DUMP, [nfgenmsg]);
}

/** All chains of the network namespace, and all rules: two questions, since the kernel answers one at a time. */
export const CHAINS_QUESTION = dump('GETCHAIN');
export const RULES_QUESTION = dump('GETRULE');

type Attributes = ReturnType<typeof attributes>;

const fieldOf = (all: Attributes, type: number): Buffer | undefined =>
  all.find((one) => one.type === type)?.value;

function textOf(all: Attributes, type: number): string {
  return (fieldOf(all, type) ?? Buffer.alloc(0)).toString('latin1').replace(/\0.*$/s, '');
}

/** The messages of one kind. @throws MachineError when the answer is an error, or ends before it is whole */
function answered(data: Buffer, kind: 'NEWCHAIN' | 'NEWRULE'): Attributes[] {
  const all = messages(data);
  const error = all.find((one) => one.readUInt16LE(4) === NLMSG.ERROR);
  if (error) throw new MachineError(`nf_tables: errno ${-error.readInt32LE(HEADER_BYTES)}`);
  if (all.at(-1)?.readUInt16LE(4) !== NLMSG.DONE) throw new MachineError('nf_tables: half an answer');
  return all
    .filter((one) => one.readUInt16LE(4) === typeOf(kind))
    .map((one) => attributes(one.subarray(HEADER_BYTES + NFGENMSG_BYTES)));
}

function counted(counters: Buffer | undefined): Pick<CounterRow, 'packets' | 'bytes'> {
  const all = attributes(counters ?? Buffer.alloc(0));
  const number = (type: number) => Number(fieldOf(all, type)?.readBigUInt64BE() ?? 0n);
  return { packets: number(COUNTER.packets), bytes: number(COUNTER.bytes) };
}

/** A rule's own counter is one of its expressions. */
function ruleCounter(expressions: Buffer): Buffer | undefined {
  for (const { type, value } of attributes(expressions)) {
    if (type !== LIST_ELEM) continue;
    const expression = attributes(value);
    if (textOf(expression, EXPR.name) === 'counter') return fieldOf(expression, EXPR.data);
  }
  return undefined;
}

/** The policies of built-in chains; a chain of the user's has none. */
export function parseNftChains(data: Buffer): CounterRow[] {
  return answered(data, 'NEWCHAIN')
    .filter((chain) => fieldOf(chain, CHAIN.policy) !== undefined)
    .map((chain) => ({
      table: textOf(chain, CHAIN.table),
      chain: textOf(chain, CHAIN.name),
      rule: 0,
      ...counted(fieldOf(chain, CHAIN.counters)),
    }));
}

/** Every rule, counted within its chain: the kernel lists a chain's rules in order. */
export function parseNftRules(data: Buffer): CounterRow[] {
  const last = new Map<string, number>();
  return answered(data, 'NEWRULE').map((rule) => {
    const [table, chain] = [textOf(rule, RULE.table), textOf(rule, RULE.chain)];
    const place = `${table} ${chain}`;
    const number = (last.get(place) ?? 0) + 1;
    last.set(place, number);
    const expressions = fieldOf(rule, RULE.expressions) ?? Buffer.alloc(0);
    return { table, chain, rule: number, ...counted(ruleCounter(expressions)) };
  });
}
