import { type ExplainedStep, explainSteps, introduce } from '../../reports/explain.ts';
import { printTimelineItem } from '../../spec/scenario-text.ts';
import { bind } from '../play/bind.ts';
import { readScenarioFile } from '../replay/read-scenario.ts';
import { EXIT } from './exit-code.ts';
import { explainingModel } from './model-subjects.ts';

/** `lvscheck explain FILE`: what it tells, and the packets' way through the model, hook by hook. No real director is needed. */
export async function explainCommand(file: string): Promise<number> {
  const scenario = await readScenarioFile(file);
  const model = explainingModel();
  const plan = bind(scenario, model);
  const played = model.playAlone(plan);
  const traces = played.traces();
  const steps = played.observations.map((observation, index): ExplainedStep => {
    const done = plan.steps[index - 1];
    return {
      says: index === 0 ? 'set-up' : printTimelineItem(scenario.timeline[index - 1]!),
      ...(done?.kind === 'frame' ? { sent: { link: done.link, frame: done.frame } } : {}),
      model: observation,
      trace: traces[index] ?? [],
    };
  });
  process.stdout.write(introduce(scenario) + explainSteps(steps));
  return EXIT.agree;
}
