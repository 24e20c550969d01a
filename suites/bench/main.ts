import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { microvmSubject } from '../../harness/cli/microvm-subject.ts';
import { referenceFor } from '../../harness/cli/model-subjects.ts';
import { microvmKernel } from '../../harness/directors/microvm/open.ts';
import { Seat } from '../../harness/play/seat.ts';
import { findProgram } from '../../harness/system/find-program.ts';
import { benchRows, type Row } from './rows.ts';

/** `npm run bench`: the budgets of the design, measured. A budget missed is printed, never a failed test. */
const PINNED = 'LVSCHECK_BENCH_PINNED';

if (process.env[PINNED] === undefined && findProgram('taskset')) {
  // Steps a second are counted on one core, so QEMU and we share one.
  const args = ['-c', '0', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync('taskset', args, { stdio: 'inherit', env: { ...process.env, [PINNED]: '1' } });
  process.exit(status ?? 1);
}

const pinned = process.env[PINNED] === undefined ? 'not pinned' : 'pinned to one';
console.log(`${cpus().length} CPUs (${cpus()[0]?.model}), ${pinned}, Node.js ${process.versions.node}`);
const seat = new Seat(await microvmSubject('microvm', undefined, () => {}), referenceFor);
const microvm = await microvmKernel(undefined, () => {});
for (const row of benchRows(seat, microvm).filter(({ what }) => what.includes(process.argv[2] ?? '')))
  console.log(await line(row));
await seat.retire();
process.exit();

async function line({ what, unit, budget, better, take }: Row): Promise<string> {
  const { median, least, most, runs } = await take();
  const kept = budget === undefined || (better === 'less' ? median <= budget : median >= budget);
  const asked = budget === undefined ? 'no budget' : `budget ${figure(budget)}`;
  const spread = runs > 1 ? `  (${figure(least)} to ${figure(most)}, ${runs} runs)` : '';
  return `${kept ? ' ' : '!'} ${what.padEnd(34)} ${figure(median).padStart(9)} ${unit.padEnd(10)} ${asked}${spread}`;
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value >= 10 ? 1 : 2);
}
