import type { Command } from 'commander';

/** The commands that play nothing and read reports. What they need is loaded when they are called. */
export function addReports(all: Command): void {
  all
    .command('report')
    .description('say what changed between two runs: new findings, those that are gone, other examples')
    .requiredOption('--compare <old>', 'report.json of the older run, or its folder')
    .argument('<new>', 'that of the newer one')
    .option('--out <dir>', 'write changes.html there, too')
    .action(async (after: string, { compare, out }: { compare: string; out?: string }) => {
      process.exitCode = (await import('./report-command.ts')).compareCommand(compare, after, out);
    });
  all
    .command('merge')
    .description('join the reports of shards, or of directors, to one')
    .argument('<report...>', 'report.json files, or the folders they are in')
    .option('--out <dir>', 'where results go (default: a new folder in reports/out)')
    .action(async (files: string[], { out }: { out?: string }) => {
      process.exitCode = (await import('./merge-command.ts')).mergeCommand(files, out);
    });
}
