import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { QemuExit, StartQemu } from './qemu.ts';
import { QEMU_FD } from './qemu-command.ts';

/**
 * QEMU as a process of this machine. It cannot outlive us: setpriv has the kernel kill it when the thread that started
 * it ends (PR_SET_PDEATHSIG), also after kill -9; and the agent switches the guest off when its link is hung up.
 */
export const localQemu: StartQemu = (program, qemuArguments, inherited = []) => {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...qemuArguments], {
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
