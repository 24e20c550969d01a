import { expect, it } from 'vitest';
import { InterimReport } from './interim-report.ts';

it('writes every other second, and more rarely when writing takes long', () => {
  let [clock, cost] = [0, 0];
  const written: number[] = [];
  const write = () => {
    written.push(clock);
    clock += cost;
  };
  const interim = new InterimReport(write, () => clock);
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      interim.refresh();
      clock += 1000;
    }
  };

  pass(6);
  expect(written).toEqual([2000, 4000]);
  cost = 500;
  pass(12);
  expect(written.slice(2)).toEqual([6000, 16500]);
});
