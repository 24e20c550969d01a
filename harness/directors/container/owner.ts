import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

/** The process that a container belongs to, so that somebody else can tell whether it still lives. */
const owner = z.strictObject({
  host: z.string(),
  /** Changes with every boot of the host. */
  boot: z.string(),
  /** Process ids mean something within a namespace only. */
  pidNamespace: z.string(),
  pid: z.number().int(),
  /** When it began, in ticks since the boot: ids are used again. */
  started: z.string(),
});
export type Owner = z.infer<typeof owner>;

/** The 22nd field of /proc/<pid>/stat (proc(5)); the second may have blanks and brackets in it. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** This process. */
export function ourselves(): Owner {
  return {
    host: hostname(),
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    pidNamespace: readlinkSync('/proc/self/ns/pid'),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
  };
}

export const ownerText = (of: Owner): string => JSON.stringify(of);

/** Whether the owner is certainly no more. Of one on another machine, or in another container, nobody here can tell. */
export function isGone(text: string, us: Owner = ourselves()): boolean {
  const parsed = owner.safeParse(parse(text));
  if (!parsed.success || parsed.data.host !== us.host) return false;
  const { boot, pidNamespace, pid, started } = parsed.data;
  if (boot !== us.boot) return true;
  return pidNamespace === us.pidNamespace && startOf(pid) !== started;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
