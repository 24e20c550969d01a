import type { Chance } from '../../spec/chance.ts';
import type { Dice, Draw } from '../play/lead.ts';

/** Whatever is likeliest comes up. */
export const LIKELIEST: Dice = () => 0;

/** A director of its own throws its own dice: mostly the likeliest comes up, and in each play the same. */
export const OWN: Dice = (step, nth, options) => {
  const thrown = Math.imul(step * 31 + nth + 1, 0x9e3779b1) >>> 16;
  return thrown % 4 === 0 ? (thrown >>> 2) % options : 0;
};

/** Throws the dice of one play, and keeps what came up in each step. */
export class Draws {
  readonly bySteps: Draw[][] = [];
  readonly chance: Chance;

  constructor(dice: Dice) {
    this.chance = (freedom, options) => {
      const draws = this.bySteps.at(-1)!;
      const taken = dice(this.bySteps.length - 1, draws.length, options);
      draws.push({ freedom, options, taken });
      return taken;
    };
  }

  beginStep(): void {
    this.bySteps.push([]);
  }
}
