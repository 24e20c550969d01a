import { MachineError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import type { Progress } from '../system/progress.ts';
import { scapyTools } from '../system/tool-table.ts';
import { ensureTools } from '../system/tools.ts';

/**
 * The interpreter that has Scapy: the distribution's, as another one in PATH does not see its packages. Installs
 * what is missing when we may, else the error names the one command to run.
 */
export async function findScapy(progress: Progress): Promise<string> {
  await ensureTools(progress, scapyTools);
  const python = findProgram('/usr/bin/python3');
  if (python) return python;
  throw new MachineError('python3 is not installed; run as root: apt-get install python3-scapy');
}
