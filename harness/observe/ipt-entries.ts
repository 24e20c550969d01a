import type { CounterRow } from '../../spec/observation.ts';
import { MachineError } from '../errors.ts';

/**
 * Rule counters straight from the kernel's own form of a legacy iptables table, on a 64-bit machine
 * (include/uapi/linux/netfilter_ipv4/ip_tables.h). Reading it so needs no process in the guest.
 */
export const IPT = { level: 0, GET_INFO: 64, GET_ENTRIES: 65 } as const;

const NAME_BYTES = 32;
/** struct ipt_getinfo: name, valid_hooks, hook_entry[5], underflow[5], num_entries, size. */
export const GETINFO = { validHooks: 32, hookEntry: 36, underflow: 56, size: 80, bytes: 84 } as const;
/** struct ipt_get_entries before its entries. */
export const GET_ENTRIES = { size: 32, bytes: 40 } as const;
/** struct ipt_entry: ipt_ip, nfcache, target_offset, next_offset, comefrom, counters, matches. */
const ENTRY = { targetOffset: 88, nextOffset: 90, packets: 96, bytes: 104 } as const;
/** struct xt_entry_target: target_size, name[29], revision; then the target's own data. */
const TARGET = { name: 2, nameBytes: 29, data: 32 } as const;

/** In the order of enum nf_inet_hooks, which is that of hook_entry. */
const HOOK_CHAINS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;

interface Entry {
  readonly offset: number;
  readonly packets: number;
  readonly bytes: number;
  /** The name in an ERROR target: a user chain begins here, or, called ERROR, the table ends. */
  readonly header: string | undefined;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

/** What to ask about a table: its name, padded as both structs want it. */
export function tableQuestion(table: string, bytes: number): Buffer {
  const question = Buffer.alloc(bytes);
  question.write(table, 'latin1');
  if (table.length >= NAME_BYTES) throw new MachineError(`iptables table name ${table} is too long`);
  return question;
}

function entries(blob: Buffer): Entry[] {
  const found: Entry[] = [];
  for (let offset = 0; offset < blob.length; ) {
    const next = blob.readUInt16LE(offset + ENTRY.nextOffset);
    if (next === 0) throw new MachineError(`iptables entries: an entry of no length at ${offset}`);
    const target = blob.subarray(offset + blob.readUInt16LE(offset + ENTRY.targetOffset), offset + next);
    const name = text(target.subarray(TARGET.name, TARGET.name + TARGET.nameBytes));
    found.push({
      offset,
      packets: Number(blob.readBigUInt64LE(offset + ENTRY.packets)),
      bytes: Number(blob.readBigUInt64LE(offset + ENTRY.bytes)),
      header: name === 'ERROR' ? text(target.subarray(TARGET.data)) : undefined,
    });
    offset += next;
  }
  return found;
}

/** Offsets at which built-in chains begin, and at which their policies lie. */
function builtInChains(info: Buffer): { begins: Map<number, string>; policies: Set<number> } {
  const begins = new Map<number, string>();
  const policies = new Set<number>();
  const validHooks = info.readUInt32LE(GETINFO.validHooks);
  for (const [hook, chain] of HOOK_CHAINS.entries()) {
    if (!(validHooks & (1 << hook))) continue;
    begins.set(info.readUInt32LE(GETINFO.hookEntry + 4 * hook), chain);
    policies.add(info.readUInt32LE(GETINFO.underflow + 4 * hook));
  }
  return { begins, policies };
}

/**
 * Rows in the table's order: each chain's rules, then its policy. A user chain has no policy; its last
 * entry, the implicit RETURN, is not a rule that anybody wrote.
 */
export function parseIptEntries(table: string, info: Buffer, answer: Buffer): CounterRow[] {
  const { begins, policies } = builtInChains(info);
  const all = entries(answer.subarray(GET_ENTRIES.bytes));
  const rows: CounterRow[] = [];
  let chain = '';
  let rule = 0;
  for (const [index, { offset, packets, bytes, header }] of all.entries()) {
    const begins_ = begins.get(offset) ?? header;
    if (begins_ !== undefined) {
      chain = begins_;
      rule = 0;
    }
    if (header !== undefined) continue;
    const policy = policies.has(offset);
    if (!policy && all[index + 1]?.header !== undefined) continue;
    rows.push({ table, chain, rule: policy ? 0 : ++rule, packets, bytes });
  }
  return rows;
}
