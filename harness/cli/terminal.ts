import { SingleBar } from 'cli-progress';
import type { Progress } from '../system/progress.ts';

/** How far a run is. `total` is undefined when it ends by the clock. */
export interface HowFar {
  readonly done: number;
  readonly total: number | undefined;
  readonly findings: number;
  readonly stepsPerSecond: number;
}

/** The progress line: on a terminal only, on standard error, gone before anything else is printed. */
export class Terminal {
  readonly #bar: SingleBar | undefined;
  #running = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    if (!stream.isTTY) return;
    this.#bar = new SingleBar({
      format: '{phase} {bar} {value}/{total} {rate} steps/s, {findings} findings',
      stream,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
    });
  }

  /** What is being prepared, before the first scenario. */
  readonly preparing: Progress = (message) =>
    this.#show(0, { done: 0, total: undefined, findings: 0, stepsPerSecond: 0 }, message);

  playing(howFar: HowFar): void {
    this.#show(howFar.done, howFar, 'playing');
  }

  /** Leaves a clean line. */
  clear(): void {
    if (this.#running) this.#bar?.stop();
    this.#running = false;
  }

  #show(value: number, { total, findings, stepsPerSecond }: HowFar, phase: string): void {
    const rest = { phase, findings, rate: Math.round(stepsPerSecond) };
    const end = total ?? Math.max(value, 1);
    if (!this.#running) this.#bar?.start(end, value, rest);
    this.#running = true;
    this.#bar?.setTotal(end);
    this.#bar?.update(value, rest);
  }
}

/** Colours only on a terminal, and not where NO_COLOR says so. */
export function wantsColour(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}
