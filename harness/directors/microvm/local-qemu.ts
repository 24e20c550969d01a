import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { leastPinned } from '../../system/least-pinned.ts';
import type { QemuExit, StartQemu } from './qemu.ts';
import { QEMU_FD } from './qemu-command.ts';

/** As /proc/PID/comm has it, cut after 15 characters. */
const QEMU_COMM = 'qemu-system-x86';

/**
 * QEMU as a process of this machine. It cannot outlive us: setpriv has the kernel kill it when the thread that started
 * it ends (PR_SET_PDEATHSIG), also after kill -9; and the agent switches the guest off when its link is hung up.
 */
export const localQemu: StartQemu = (program, qemuArguments, inherited = []) => {
  const [wrapper, ...rest] = [...onOneCpu(), 'setpriv', '--pdeathsig', 'KILL', program, ...qemuArguments];
  const child = spawn(wrapper!, rest, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe', ...inherited],
  });
  return {
    pid: child.pid,
    agent: pipe(child, QEMU_FD.agent),
    monitor: pipe(child, QEMU_FD.monitor),
    console: pipe(child, QEMU_FD.console),
    complaints: child.stderr!,
    exited: endOf(child),
    kill: () => child.kill('SIGKILL'),
  };
};

/**
 * Whenever the guest sleeps, QEMU's processor thread hands over to its main loop, which makes the time jump, and gets
 * the word back. On one CPU that is a switch; on two it is a sleeping CPU that has to be woken, which costs more than
 * all that the guest computes.
 */
function onOneCpu(): string[] {
  const cpu = leastPinned(QEMU_COMM);
  return cpu === undefined ? [] : ['taskset', '--cpu-list', String(cpu)];
}

function endOf(child: ChildProcess): Promise<QemuExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`QEMU's wrapper: ${error.message}`));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** Node makes such a pipe as a socket pair, so it carries both ways. A dead QEMU is told by `exited`, not here. */
function pipe(child: ChildProcess, fd: number): Duplex {
  const end = child.stdio[fd] as Duplex;
  end.on('error', () => {});
  return end;
}
