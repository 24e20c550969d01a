import { givenProgramme } from '../../suites/programme.ts';
import { readScenarioFile } from '../replay/read-scenario.ts';
import { scenarioPaths } from '../replay/scenario-paths.ts';
import { modelLead, referenceFor } from './model-subjects.ts';
import { type PlayOptions, playCommand } from './play-command.ts';

/** `lvscheck replay FILE|DIR…`: scenarios from files, as they are. */
export async function replayCommand(files: readonly string[], options: PlayOptions): Promise<number> {
  const given = await Promise.all(
    (await scenarioPaths(files)).map(async (file) => ({ file, scenario: await readScenarioFile(file) })),
  );
  const model = { lead: modelLead(), referenceFor };
  return playCommand(() => givenProgramme(given, model), model, options);
}
