import { type Command, Option } from 'commander';
import { InputError } from '../errors.ts';

interface BisectFlags {
  readonly good?: string;
  readonly bad?: string;
  readonly kernel?: string;
}

/** `lvscheck bisect`. What it needs is loaded when it is called. */
export function addBisect(all: Command): void {
  all
    .command('bisect')
    .description('find the first kernel that behaves differently in a scenario')
    .argument('<file>', 'a scenario file')
    .option('--good <kernel>', 'a kernel that behaves well')
    .option('--bad <kernel>', 'a newer one that does not')
    .option('--kernel <build-tree>', 'for git bisect run: judge this one, exit with 0, 1 or 125')
    .addOption(new Option('--within <what>', 'where to look').choices(['packages']).default('packages'))
    .action(async (file: string, { good, bad, kernel }: BisectFlags) => {
      process.exitCode = await bisect(file, { good, bad, kernel });
    });
}

async function bisect(
  file: string,
  { good, bad, kernel }: { [Flag in keyof BisectFlags]: string | undefined },
): Promise<number> {
  if (kernel !== undefined && bad === undefined)
    return (await import('./bisect-tree-command.ts')).bisectTreeCommand(file, kernel, good);
  if (kernel === undefined && good !== undefined && bad !== undefined)
    return (await import('./bisect-command.ts')).bisectCommand(file, good, bad);
  throw new InputError('bisect takes --good and --bad, or --kernel BUILD-TREE with or without --good');
}
