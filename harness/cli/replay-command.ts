import { givenProgramme } from '../../suites/programme.ts';
import { readScenarioFiles } from '../replay/read-scenario.ts';
import { modelLead, referenceFor } from './model-subjects.ts';
import { type PlayOptions, playCommand } from './play-command.ts';

/** `lvscheck replay FILE|DIR…`: scenarios from files, as they are. */
export async function replayCommand(files: readonly string[], options: PlayOptions): Promise<number> {
  const given = await readScenarioFiles(files);
  const model = { lead: modelLead(), referenceFor };
  return playCommand(() => givenProgramme(given, model), model, options);
}
