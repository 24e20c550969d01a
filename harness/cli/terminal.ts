import { SingleBar } from 'cli-progress';
import type { Progress } from '../system/progress.ts';

/** How far a run is. `total` is undefined when it ends by the clock. */
export interface HowFar {
  readonly done: number;
  readonly total: number | undefined;
  readonly findings: number;
  readonly stepsPerSecond: number;
  /** Undefined as long as nothing is known. */
  readonly remainingMs: number | undefined;
}

/** The progress line: on a terminal only, on standard error, gone before anything else is printed. */
export class Terminal {
  readonly #stream: NodeJS.WriteStream | undefined;
  #bar: SingleBar | undefined;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream.isTTY ? stream : undefined;
  }

  /** What is being made ready, before the first scenario. */
  readonly preparing: Progress = (message) => {
    this.clear();
    this.#stream?.write(message);
  };

  /** What stays to be read, wherever standard error goes. */
  readonly note: Progress = (message) => {
    this.clear();
    console.error(message);
  };

  playing({ done, total, findings, stepsPerSecond, remainingMs }: HowFar): void {
    if (!this.#stream) return;
    const end = total ?? Math.max(done, 1);
    const left = remainingMs === undefined ? '' : `, ${inWords(remainingMs)} left`;
    const rest = { findings: counted(findings), rate: Math.round(stepsPerSecond), left };
    this.#bar ??= this.#started(this.#stream, end, rest);
    this.#bar.setTotal(end);
    this.#bar.update(done, rest);
  }

  /** Leaves a clean line. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#stream?.cursorTo(0);
    this.#stream?.clearLine(0);
  }

  #started(stream: NodeJS.WriteStream, end: number, rest: object): SingleBar {
    this.clear();
    const bar = new SingleBar({
      format: '{bar} {value}/{total} scenarios, {rate} steps/s{left}, {findings}',
      stream,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
      // Its own handling of signals would swallow them.
      gracefulExit: false,
    });
    bar.start(end, 0, rest);
    return bar;
  }
}

function counted(findings: number): string {
  return findings === 1 ? '1 finding' : `${findings} findings`;
}

/** `2h05m`, `3m20s`, `14s`. */
export function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}h${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

/** Colours only on a terminal, and not where NO_COLOR says so. */
export function wantsColour(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}
