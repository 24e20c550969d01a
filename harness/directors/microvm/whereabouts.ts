import { setTimeout } from 'node:timers/promises';
import type { Monitor } from './monitor.ts';

/** What a processor that gives no answer is busy with. */
export type Whereabouts = 'idle' | 'kernel' | 'program' | 'unknown';

/** Looks are far enough apart that a guest which works, and sleeps in between, is not always met at work. */
const LOOKS = 20;
const APART_MS = 10;

/** QEMU's one line about where a processor is: "RIP=… CPL=0 … HLT=1". */
const REGISTERS = /(RIP=[^\r]*HLT=\d)/;

/** Looks at the processor of a guest that has gone silent, some times in a row. */
export async function whereabouts(monitor: Monitor, deadlineMs: number): Promise<Whereabouts> {
  const looks: string[] = [];
  while (looks.length < LOOKS) {
    const look = await monitor.ask('info registers', REGISTERS, deadlineMs);
    if (look === undefined) return 'unknown';
    looks.push(look);
    await setTimeout(APART_MS);
  }
  return judge(looks);
}

/** One that was seen halted, if only once, has nothing to do; one that never was and never ran a program is stuck. */
export function judge(looks: readonly string[]): Whereabouts {
  if (looks.some((look) => look.endsWith('HLT=1'))) return 'idle';
  return looks.every((look) => look.includes('CPL=0')) ? 'kernel' : 'program';
}
