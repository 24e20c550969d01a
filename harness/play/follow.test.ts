import { expect, it } from 'vitest';
import { kernelOf } from '../../spec/kernel.ts';
import type { Observation } from '../../spec/observation.ts';
import { ModelDirector } from '../directors/model.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { bind } from './bind.ts';
import { follow } from './follow.ts';
import type { Dice } from './lead.ts';
import type { Plan } from './plan.ts';

const KERNEL = kernelOf({ release: '6.12.118', version: '6.12.118-1', hz: 250 });

const SCENARIO = `director:
  services: |
    -A -t VIP:80 -s twos
    -a -t VIP:80 -r RIP1:80 -m -w 1
    -a -t VIP:80 -r RIP2:80 -m -w 1
    -a -t VIP:80 -r RIP3:80 -m -w 1
flows:
  f1: CIP1:40000 > VIP:80
  f2: CIP2:40001 > VIP:80
timeline:
  - f1 client > S 0:0(0)
  - f2 client > S 0:0(0)
  - f1 client > . 1:1(0) ack 1
`;

const model = new ModelDirector(KERNEL);
const plan = bind(parseScenarioFile(SCENARIO, 'x.yaml'), model);

const played = (dice: Dice, what: Plan = plan) => model.playAt(what, model.clockOf(what), dice);

it('takes what chance decided on the director for what it decided', () => {
  const actual = played((step) => step).observations;
  const { observations, drawn } = follow(model, plan, actual);
  expect(observations).toEqual(actual);
  expect(drawn!.map((draws) => draws.map(({ taken }) => taken))).toEqual([[], [1], [2], []]);
});

it('expects what the kernel would do, where no course of things leads to what was seen', () => {
  const [setUp, ...steps] = played((step) => step).observations;
  const ghost = { ...steps[1]!.connections[0]!, client: 1 };
  const wrong = { ...steps[1]!, connections: [...steps[1]!.connections, ghost] };
  const { observations } = follow(model, plan, [setUp!, steps[0]!, wrong, steps[2]!]);
  expect(observations[1]).toEqual(steps[0]);
  expect(observations[2]!.connections).toHaveLength(2);
});

it('plays once where nothing is left to chance', () => {
  const alone = bind(parseScenarioFile(SCENARIO.replace(/.*RIP[23].*\n/g, ''), 'x.yaml'), model);
  const { observations } = played(() => 0, alone);
  let plays = 0;
  const counting = Object.assign(new ModelDirector(KERNEL), {
    playAt: (...given: Parameters<ModelDirector['playAt']>) => {
      plays += 1;
      return model.playAt(...given);
    },
  });
  follow(counting, alone, [...observations.slice(0, -1), { ...observations.at(-1)!, connections: [] }]);
  expect(plays).toBe(1);
});

it('takes the draw that explains most, not the first that explains something', () => {
  const nothing = { jiffies: 0, emitted: [], refused: false, services: [], connections: [], conntrack: [] };
  const seen = (...packets: readonly number[]): Observation => ({
    ...nothing,
    counters: packets.map((count, rule) => ({ ...ROW, rule, packets: count })),
  });
  const outcomes = { '0,0': seen(1, 1), '1,0': seen(0, 1), '1,1': seen(0, 1), '0,1': seen(0, 0) };
  const twoDraws = Object.assign(new ModelDirector(KERNEL), {
    playAt: (_plan: Plan, _jiffies: readonly number[], dice: Dice = () => 0) => {
      const draws = [dice(0, 0, 2), dice(0, 1, 2)];
      const drawn = draws.map((taken) => ({ freedom: 'drop-entry', options: 2, taken }) as const);
      const observations = [outcomes[String(draws) as keyof typeof outcomes]];
      return { observations, drawn: [drawn], traces: () => [] };
    },
  });
  const { drawn } = follow(twoDraws, plan, [seen(0, 0)]);
  expect(drawn![0]!.map(({ taken }) => taken)).toEqual([0, 1]);
});

const ROW = { table: 'filter', chain: 'INPUT', rule: 0, packets: 0, bytes: 0 };
