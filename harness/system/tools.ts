import { existsSync } from 'node:fs';
import { MachineError } from '../errors.ts';
import { findProgram } from './find-program.ts';
import type { Progress } from './progress.ts';
import { runProgram } from './run-program.ts';
import { type Tool, tools } from './tool-table.ts';

/** One row of `lvscheck doctor`; `path` is where the tool was found. */
export interface ToolCheck extends Tool {
  path: string | undefined;
}

const locate = (tool: Tool): string | undefined =>
  tool.file ? tool.file.find((path) => existsSync(path)) : findProgram(tool.name);

/** Where each needed tool is. A few dozen stat calls, no processes. */
export function checkTools(needed: readonly Tool[] = tools): ToolCheck[] {
  return needed.map((tool) => ({ ...tool, path: locate(tool) }));
}

const installArguments = (packages: readonly string[]): string[] => [
  'install',
  '-y',
  '--no-install-recommends',
  ...packages,
];

/** What apt needs so that it neither asks, nor opens a pager, nor gives up because another apt is at work. */
const unattended = {
  args: ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2'],
  env: { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l', APT_LISTCHANGES_FRONTEND: 'none' },
};

/** Installs; a first failure usually means missing or outdated package lists, so it updates them and tries again. */
async function install(packages: readonly string[], progress: Progress): Promise<void> {
  const args = [...unattended.args, ...installArguments(packages)];
  progress(`installing ${packages.join(' ')}`);
  try {
    await runProgram('apt-get', args, unattended);
  } catch {
    progress('updating the package lists');
    await runProgram('apt-get', [...unattended.args, 'update'], unattended);
    progress(`installing ${packages.join(' ')}`);
    await runProgram('apt-get', args, unattended);
  }
}

/** One line that a person can act on: what is missing and the exact command. */
function refusal(absent: readonly ToolCheck[], packages: readonly string[], why: string): MachineError {
  const names = absent.map((tool) => tool.name).join(', ');
  return new MachineError(
    `missing: ${names} (${why}); run as root: apt-get ${installArguments(packages).join(' ')}`,
  );
}

/**
 * Makes sure that every needed tool is there: installs what is missing when we are root on a machine
 * with apt, else throws a MachineError that names the one command to run.
 */
export async function ensureTools(progress: Progress, needed: readonly Tool[] = tools): Promise<void> {
  const absent = checkTools(needed).filter((tool) => tool.path === undefined);
  if (absent.length === 0) return;
  const packages = [...new Set(absent.map((tool) => tool.package))];
  if (findProgram('apt-get') === undefined)
    throw refusal(absent, packages, 'and no apt-get here to install it');
  if (process.getuid?.() !== 0) throw refusal(absent, packages, 'and only root can install it');
  await install(packages, progress).catch((cause: MachineError) => {
    throw refusal(absent, packages, `apt-get could not install it: ${cause.message}`);
  });
  const still = checkTools(needed).filter((tool) => tool.path === undefined);
  if (still.length > 0) throw refusal(still, packages, 'still not found after installing');
}
