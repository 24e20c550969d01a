import { Command, Option } from 'commander';
import type { Shard } from '../outcome.ts';
import { addBisect } from './add-bisect.ts';
import { addCases } from './add-cases.ts';
import { addReports } from './add-reports.ts';
import type { DiffOptions } from './diff-command.ts';
import { addKernels } from './kernels-command.ts';
import { collect, duration, shard, wholeNumber } from './option-values.ts';
import { packageVersion } from './package-version.ts';
import { report } from './report-error.ts';

const LARGEST_SEED = 2 ** 32 - 1;
const DEFAULT_MAX_WAIT_MS = 5000;

/** The command line. Each command's files are loaded when it is called, so that help comes at once. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endQuietly);
  try {
    await program().parseAsync(argv);
  } catch (error) {
    process.exitCode = report('lvscheck', error);
  }
  // A director that could not be closed must not keep the process.
  process.stdout.write('', () => process.exit());
}

function program(): Command {
  const all = new Command('lvscheck')
    .description(
      'Does this LVS director do what it should? Random flows on a model and on real kernels, compared.',
    )
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) });
  addRun(all);
  addReplay(all);
  addDiff(all);
  addBisect(all);
  addCases(all);
  addKernels(all);
  addReports(all);
  addRest(all);
  return all;
}

function addRun(all: Command): void {
  drawing(playing(all.command('run').description('play random scenarios')))
    .option(
      '--min-coverage <percent>',
      'fail when less of what can be reached was compared',
      wholeNumber('--min-coverage', 0, 100),
    )
    .action(async ({ minCoverage, ...flags }: RunFlags & { readonly minCoverage?: number }) => {
      const { runCommand } = await import('./run-command.ts');
      process.exitCode = await runCommand({ ...drawn(flags), minCoverage });
    });
}

function addDiff(all: Command): void {
  const diff = all.command('diff').description('compare kernels with each other, without the model');
  drawing(
    playing(diff.argument('[file...]', 'scenario files, or folders of them (default: random scenarios)')),
  )
    .addOption(
      new Option('--against <which>', 'what each kernel is compared with')
        .choices(['before', 'first'] as const)
        .default('before' as const),
    )
    .action(async (files: string[], { against, ...flags }: RunFlags & Pick<DiffOptions, 'against'>) => {
      const { diffCommand } = await import('./diff-command.ts');
      process.exitCode = await diffCommand(files, { ...drawn(flags), against });
    });
}

/** What every command takes that can play random scenarios. */
function drawing(command: Command): Command {
  return command
    .option('--claim <prefix>', 'only claims whose id begins so; repeatable', collect)
    .option('--runs <n>', 'scenarios to play (default: 200)', wholeNumber('--runs', 1, 1e9))
    .option('--for <duration>', 'play so long: 60s, 5m, 2h', duration('--for'))
    .option(
      '--seed <n>',
      'the same seed gives the same run (default: random)',
      wholeNumber('--seed', 0, LARGEST_SEED),
    )
    .option('--shard <i/n>', 'only part i of n, from 0: every nth scenario; merge joins', shard('--shard'));
}

function addReplay(all: Command): void {
  playing(
    all
      .command('replay')
      .description('play scenario files')
      .argument('<file...>', 'scenario files, or folders of them'),
  ).action(async (files: string[], options: PlayFlags) => {
    const { replayCommand } = await import('./replay-command.ts');
    process.exitCode = await replayCommand(files, played(options));
  });
}

function addRest(all: Command): void {
  const explain = all.command('explain').description("show the packets' way through the model, hook by hook");
  explain.argument('<file>', 'a scenario file').action(async (file: string) => {
    process.exitCode = await (await import('./explain-command.ts')).explainCommand(file);
  });
  all
    .command('doctor')
    .description('say what this machine can play, and why not the rest')
    .action(async () => {
      process.exitCode = await (await import('./doctor-command.ts')).doctorCommand();
    });
  all
    .command('list')
    .description('list claims, directors and scenarios, and what of the LVS-HOWTO these tell')
    .action(async () => {
      process.exitCode = await (await import('./list-command.ts')).listCommand();
    });
}

/** What every command that plays takes. */
function playing(command: Command): Command {
  return command
    .option(
      '--on <director>',
      'model, broken:ID, microvm, microvm:KERNEL, container[:IMAGE] or container-vm[:KERNEL]; repeatable (default: microvm)',
      collect,
    )
    .option('--kernel <kernel>', "as --on microvm:KERNEL; host is this machine's own; repeatable", collect)
    .option('--module <file>', "a module in place of the kernels' own; repeatable", collect)
    .option(
      '--max-wait <duration>',
      'in containers, where time is real, play no scenario that waits for longer',
      duration('--max-wait'),
      DEFAULT_MAX_WAIT_MS,
    )
    .option('--load-modules', "load IPVS into this machine's kernel for containers, if it is a module there")
    .option(
      '--jobs <n>',
      'directors of each kind at a time (default: as many as there are processors for)',
      wholeNumber('--jobs', 1, 256),
    )
    .option('--out <dir>', 'where results go (default: a new folder in reports/out)');
}

interface RunFlags extends PlayFlags {
  readonly for?: number;
  readonly claim?: string[];
  readonly runs?: number;
  readonly seed?: number;
  readonly shard?: Shard;
}

function drawn({ for: forMs, claim = [], runs, seed, shard, ...flags }: RunFlags) {
  return { ...played(flags), claim, runs, seed, shard, forMs };
}

interface PlayFlags {
  readonly on?: string[];
  readonly kernel?: string[];
  readonly module?: string[];
  readonly maxWait: number;
  readonly loadModules?: boolean;
  readonly jobs?: number;
  readonly out?: string;
}

function played({ on = [], kernel = [], module = [], maxWait, loadModules = false, jobs, out }: PlayFlags) {
  return { on, kernel, module, maxWaitMs: maxWait, loadModules, jobs, out };
}

/** The reader of our output went away (`| head`): nobody is left to tell. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}
