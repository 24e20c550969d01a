import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Where several of us begin at the same time, not all begin at the same processor. */
let rotation = process.pid;

/** The processors that we may use, by their numbers; as many as there are where /proc does not tell. */
export function ownProcessors(proc = '/proc'): number[] {
  const told = allowed(`${proc}/self/status`);
  return told.length > 0 ? told : Array.from({ length: availableParallelism() }, (_, index) => index);
}

/**
 * Of the processors `among`, the one to which the fewest processes named `comm` are bound: to it and no other. Among
 * equals they take turns, since processes that are only just being bound do not count yet. Undefined of none.
 *
 * @param comm as the kernel has it: the first 15 characters of the program's name
 */
export function leastPinned(comm: string, among: readonly number[], proc = '/proc'): number | undefined {
  const first = rotation++ % Math.max(1, among.length);
  const ours = [...among.slice(first), ...among.slice(0, first)];
  const pinned = new Map(ours.map((cpu) => [cpu, 0]));
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    if (textOf(`${proc}/${pid}/comm`).trimEnd() !== comm) continue;
    const [only, ...more] = allowed(`${proc}/${pid}/status`);
    if (only !== undefined && more.length === 0) pinned.set(only, (pinned.get(only) ?? 0) + 1);
  }
  return ours.sort((a, b) => pinned.get(a)! - pinned.get(b)!)[0];
}

/** The processors that a process may run on (proc_pid_status(5), Cpus_allowed_list: "0-3,7"). */
function allowed(status: string): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(textOf(status))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    if (!range) return [];
    const [first, last = first] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: last! - first + 1 }, (_, index) => first + index);
  });
}

/** Empty when the process has ended meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
