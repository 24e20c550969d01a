import { release as ownRelease } from 'node:os';
import { MachineError } from '../../errors.ts';
import type { Progress } from '../../system/progress.ts';
import { runProgram } from '../../system/run-program.ts';
import type { HostAnswers } from './host-kernel.ts';

export interface ModuleWishes {
  /** The user consents to loading modules into this machine's kernel. */
  readonly loadModules: boolean;
}

/** IPVS is a module that the kernel does not load by itself; its schedulers follow when they are asked for. */
const MODULE = 'ip_vs';

interface Circumstances {
  readonly release: string;
  readonly wishes: ModuleWishes;
  /** Asks the kernel once more. */
  readonly ask: () => Promise<HostAnswers>;
  readonly note: Progress;
}

/**
 * What the kernel can do, after the module was loaded where that is wished and helps. Where it is not, it is said what
 * the user may do, and once for all scenarios that need it.
 */
export async function loadIpvs(answers: HostAnswers, circumstances: Circumstances): Promise<HostAnswers> {
  const { release, wishes, ask, note } = circumstances;
  if (!answers.lacks.some(({ what }) => what === MODULE)) return answers;
  if (!(await isModuleHere(release))) {
    note(`kernel ${release} has no IPVS: scenarios that need it are unsupported`);
    return answers;
  }
  if (!wishes.loadModules) {
    note(
      `IPVS of kernel ${release} is not loaded, and scenarios that need it are unsupported: run "modprobe ${MODULE}" as root, or use --load-modules`,
    );
    return answers;
  }
  await runProgram('modprobe', [MODULE]).catch((cause: Error) => {
    throw new MachineError(`--load-modules: ${cause.message}`, { cause });
  });
  note(`loaded ${MODULE} into kernel ${release}`);
  return ask();
}

/** Whether the module lies on this machine, and this is the machine whose kernel it is. */
async function isModuleHere(release: string): Promise<boolean> {
  if (release !== ownRelease()) return false;
  return runProgram('modprobe', ['--dry-run', '--quiet', MODULE]).then(
    () => true,
    () => false,
  );
}
