import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds since it was started. */
export type Stopwatch = () => number;
export type StartStopwatch = () => Stopwatch;

export const wallTime: StartStopwatch = () => {
  const start = performance.now();
  return () => performance.now() - start;
};

/**
 * The time that a process had its chance in: wall clock, less what it stood in line for a processor. A deadline by it
 * tells a dead guest from one that a busy machine does not let run. One that is stopped, or sleeps, has its chance.
 */
export function chanceOf(pid: () => number | undefined, proc = '/proc'): StartStopwatch {
  return () => {
    const wall = wallTime();
    const before = waitsOf(`${proc}/${pid()}/task`);
    return () => {
      const waits = [...waitsOf(`${proc}/${pid()}/task`)].map(
        ([thread, ms]) => ms - (before.get(thread) ?? 0),
      );
      return Math.max(0, wall() - Math.max(0, ...waits));
    };
  };
}

/** Ends after so much time of that kind. */
export async function passed(ms: number, start: StartStopwatch): Promise<undefined> {
  const watch = start();
  for (let left = ms; left > 0; left = ms - watch())
    await setTimeout(Math.ceil(left), undefined, { ref: false });
  return undefined;
}

/** Of each thread, how many milliseconds it was ready to run and did not; of none where the kernel does not count. */
function waitsOf(folder: string): Map<string, number> {
  try {
    return new Map(
      readdirSync(folder).map((thread) => {
        const [, waited = '0'] = readFileSync(`${folder}/${thread}/schedstat`, 'latin1').split(' ');
        return [thread, Number(waited) / 1e6];
      }),
    );
  } catch {
    return new Map();
  }
}
