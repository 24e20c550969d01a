import type { LinkName } from '../../spec/config/topology.ts';
import type { Scenario } from '../../spec/scenario.ts';
import type { ModelDirector } from '../directors/model.ts';
import { bind } from '../play/bind.ts';
import type { MadeUpFrame } from './made-up-capture.ts';

/** In 2023; tcpdump's time stamps are microseconds since 1970. */
const START = 1_700_000_000_000_000;

/** What somebody who listens on these links of the model sees of a scenario; what leaves does so a microsecond later. */
export function framesOf(
  scenario: Scenario,
  model: ModelDirector,
  links: readonly LinkName[] = ['client', 'server'],
): MadeUpFrame[] {
  const frames: MadeUpFrame[] = [];
  const start = model.start(scenario.director).jiffies;
  bind(scenario, {
    start: (config) => model.start(config),
    step: (step) => {
      const observed = model.step(step);
      const at = START + ((observed.jiffies - start) * 1_000_000) / model.kernel.hz;
      if (step.kind === 'frame' && step.link !== 'director' && links.includes(step.link))
        frames.push({ at, way: 'in', frame: step.frame });
      for (const [index, { link, frame }] of observed.emitted.entries())
        if (links.includes(link)) frames.push({ at: at + 1 + index, way: 'out', frame });
      return observed;
    },
  });
  return frames;
}
