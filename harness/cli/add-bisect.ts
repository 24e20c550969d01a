import { type Command, Option } from 'commander';
import { InputError } from '../errors.ts';
import { collect } from './option-values.ts';

interface BisectFlags {
  readonly good?: string;
  readonly bad?: string;
  readonly kernel?: string;
  readonly module?: string[];
}

/** `lvscheck bisect`. What it needs is loaded when it is called. */
export function addBisect(all: Command): void {
  all
    .command('bisect')
    .description('find the first kernel that behaves differently in a scenario')
    .argument('<file>', 'a scenario file')
    .option('--good <kernel>', 'a kernel that behaves well')
    .option('--bad <kernel>', 'a newer one that does not')
    .option('--kernel <kernel>', 'for git bisect run: judge this build tree, exit with 0, 1 or 125')
    .option('--module <file>', "with --kernel: a module in place of the kernel's own; repeatable", collect)
    .addOption(new Option('--within <what>', 'where to look').choices(['packages']).default('packages'))
    .action(async (file: string, { good, bad, kernel, module = [] }: BisectFlags) => {
      process.exitCode = await bisect(file, { good, bad, kernel, module });
    });
}

interface Asked {
  readonly good: string | undefined;
  readonly bad: string | undefined;
  readonly kernel: string | undefined;
  readonly module: readonly string[];
}

async function bisect(file: string, { good, bad, kernel, module }: Asked): Promise<number> {
  if (kernel !== undefined && bad === undefined)
    return (await import('./bisect-tree-command.ts')).bisectTreeCommand(
      file,
      [kernel, ...module].join(','),
      good,
    );
  if (kernel === undefined && good !== undefined && bad !== undefined && module.length === 0)
    return (await import('./bisect-command.ts')).bisectCommand(file, good, bad);
  throw new InputError(
    'bisect takes --good and --bad, or --kernel BUILD-TREE with or without --good and --module',
  );
}
