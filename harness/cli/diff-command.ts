import { givenProgramme, type Model } from '../../suites/programme.ts';
import { InputError } from '../errors.ts';
import { readScenarioFiles } from '../replay/read-scenario.ts';
import { withBefore, withFirst } from './comparison.ts';
import { modelLead, referenceFor } from './model-subjects.ts';
import { playCommand } from './play-command.ts';
import { drawnProgramme, type ProgrammeFor, type RunOptions } from './run-command.ts';
import { comparedNames } from './subjects.ts';

export interface DiffOptions extends RunOptions {
  readonly against: 'before' | 'first';
}

const COMPARED = { before: withBefore, first: withFirst } as const;

/** `lvscheck diff`: each kernel against the one before it, or the first, in random scenarios or those of files. */
export async function diffCommand(files: readonly string[], options: DiffOptions): Promise<number> {
  const names = comparedNames(options);
  if (names.length < 2)
    throw new InputError(
      'diff compares two kernels or more: --on microvm:6.1 --on microvm:6.12, the first leads; or one with itself: --kernel 6.1 --module ip_vs.ko',
    );
  const model = { lead: modelLead(), referenceFor };
  const programme = files.length === 0 ? drawnProgramme(options, model) : await given(files, model);
  return playCommand(programme, model, options, names, COMPARED[options.against]);
}

async function given(files: readonly string[], model: Model): Promise<ProgrammeFor> {
  const read = await readScenarioFiles(files);
  return () => givenProgramme(read, model);
}
