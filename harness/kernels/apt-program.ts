import { MachineError } from '../errors.ts';
import { findProgram } from '../system/find-program.ts';
import { runProgram } from '../system/run-program.ts';

/** A folder of apt's own programs, in no PATH. */
const programs = {
  'apt-get': 'apt-get',
  'apt-config': 'apt-config',
  'apt-helper': '/usr/lib/apt/apt-helper',
} as const;

/** A dead mirror must give a message, not a quarter of an hour of silence. */
const patience = ['Acquire::Retries=2', 'Acquire::http::Timeout=30', 'Acquire::https::Timeout=30'];

/** As root, apt would fetch as user _apt, who cannot write into our folders. */
const options = [...patience, 'APT::Sandbox::User=root'].flatMap((option) => ['-o', option]);

/** Which configuration apt works with: the machine's own, or that in a file of ours. */
export interface AptConfiguration {
  file: string | undefined;
}

export const machineConfiguration: AptConfiguration = { file: undefined };

/** Runs one of apt's programs; none of those used here changes the system or its lists. */
export function apt(
  program: keyof typeof programs,
  args: readonly string[],
  { file }: AptConfiguration = machineConfiguration,
): Promise<Buffer> {
  const path = programs[program];
  if (findProgram(path) === undefined)
    throw new MachineError(`kernels are fetched with ${program}, which this machine does not have`);
  const env = file === undefined ? {} : { env: { APT_CONFIG: file } };
  return runProgram(path, program === 'apt-config' ? args : ['-q', ...options, ...args], env);
}
