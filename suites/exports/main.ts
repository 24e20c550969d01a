import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXPORTS, exported } from '../../harness/cli/export-command.ts';
import { explainingModel } from '../../harness/cli/model-subjects.ts';
import { PLAYER_IMPORTS, playedScript, scriptsGuest } from '../../harness/cli/scripts-guest.ts';
import type { Guest } from '../../harness/directors/microvm/guest.ts';
import { MachineError } from '../../harness/errors.ts';
import { readyKernel } from '../../harness/kernels/kernel.ts';
import { missingFor } from '../../harness/kernels/missing.ts';
import { bind } from '../../harness/play/bind.ts';
import { readScenarioFile } from '../../harness/replay/read-scenario.ts';
import { silent } from '../../harness/system/progress.ts';
import { type Kernel, kernelOf } from '../../spec/kernel.ts';
import type { Scenario } from '../../spec/scenario.ts';

/**
 * `npm run exports [FILE|FOLDER…] [-- --kernel K]`: exports scenarios (all of suites/scenarios, unless some are named) as
 * scripts, runs these in a guest, and says of each, as it is done, whether it sees what the model sends.
 */
const ALL = fileURLToPath(new URL('../scenarios', import.meta.url));

const { values, positionals } = parseArgs({
  options: { kernel: { type: 'string' } },
  allowPositionals: true,
});
const files = (positionals.length > 0 ? positionals : [ALL]).flatMap(scenarioFiles);
process.exitCode = await playAll();

async function playAll(): Promise<number> {
  const installed = await readyKernel(values.kernel, silent);
  const kernel = kernelOf(installed);
  let guest: Guest | undefined;
  const failed: string[] = [];
  let skipped = 0;
  for (const [index, file] of files.entries()) {
    const place = `${index + 1}/${files.length} ${relative('', file)}`;
    const scenario = await readScenarioFile(file);
    const missing = missingFor(bind(scenario, explainingModel(kernel)), { kernel, lacks: installed.lacks });
    if (missing !== undefined) {
      console.log(`- ${place}: ${missing}`);
      skipped += 1;
      continue;
    }
    guest ??= await scriptsGuest(values.kernel, PLAYER_IMPORTS.sh);
    const said = await outcome(guest, kernel, scenario);
    console.log(`${said === undefined ? '✓' : '✕'} ${place}`);
    if (said === undefined) continue;
    failed.push(file);
    console.log(said);
    // After what nobody understands the guest is no longer to be trusted.
    await guest.close();
    guest = undefined;
  }
  await guest?.close();
  console.log(
    `${files.length - skipped} scripts, ${failed.length} do not agree; ${skipped} not for this kernel`,
  );
  return failed.length > 0 ? 1 : 0;
}

/** What is wrong with the script's outcome; undefined: nothing. */
async function outcome(guest: Guest, kernel: Kernel, scenario: Scenario): Promise<string | undefined> {
  const script = EXPORTS.sh(exported(scenario, kernel));
  try {
    const { code, stdout, stderr } = await playedScript(guest, script);
    if (code === 0 && stderr === '') return undefined;
    return `  ends with ${code}\n${stdout}${stderr}`.replaceAll('\n', '\n  ');
  } catch (error) {
    if (error instanceof MachineError) return `  ${error.message}`;
    throw error;
  }
}

function scenarioFiles(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    console.error(`${path}: there is no such file or folder; name scenario files, or folders of them`);
    process.exit(2);
  }
  if (found.isFile()) return [path];
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(path, name));
}
