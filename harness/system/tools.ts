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

/** How missing packages come onto this machine; `refusal` says why they cannot. */
export interface Installer {
  refusal: string | undefined;
  install(packages: readonly string[], progress: Progress): Promise<void>;
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

/** A first failure usually means missing or outdated package lists, so they are updated and it is tried again. */
async function aptInstall(packages: readonly string[], progress: Progress): Promise<void> {
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

function systemInstaller(): Installer {
  const isRoot = process.getuid?.() === 0;
  const refusal =
    findProgram('apt-get') === undefined ? 'no apt-get here' : isRoot ? undefined : 'only root can install';
  return { refusal, install: aptInstall };
}

/**
 * Makes sure that every needed tool is there: installs what is missing when we are root on a machine
 * with apt, else throws a MachineError that names the one command to run. Free when nothing is missing.
 */
export async function ensureTools(
  progress: Progress,
  needed: readonly Tool[] = tools,
  installer: Installer = systemInstaller(),
): Promise<void> {
  const absent = checkTools(needed).filter((tool) => tool.path === undefined);
  if (absent.length === 0) return;
  const packages = [...new Set(absent.map((tool) => tool.package))];
  const names = absent.map((tool) => tool.name).join(', ');
  const refuse = (why: string): MachineError =>
    new MachineError(
      `missing: ${names} (${why}); run as root: apt-get ${installArguments(packages).join(' ')}`,
    );
  if (installer.refusal !== undefined) throw refuse(installer.refusal);
  await installer.install(packages, progress).catch((cause: Error) => {
    throw refuse(cause.message);
  });
  if (checkTools(absent).some((tool) => tool.path === undefined))
    throw refuse('still not found after installing');
}
