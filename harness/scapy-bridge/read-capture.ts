import { resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { ScapyBridge } from './bridge.ts';
import type { CapturedFrame } from './messages.ts';

const FRAMES_AT_A_TIME = 500;

/** What a capture holds, and whether it ends in the middle of something. */
export interface Capture {
  readonly frames: readonly CapturedFrame[];
  readonly cut: boolean;
}

/** The frames of a file that `keep` wants, in its order; `most` at most, as they are all held in memory. */
export async function readCapture(
  bridge: ScapyBridge,
  path: string,
  { keep, most }: { readonly keep: (frame: CapturedFrame) => boolean; readonly most: number },
): Promise<Capture> {
  try {
    const { capture } = await bridge.ask('open', { path: resolve(path) });
    const frames: CapturedFrame[] = [];
    for (;;) {
      const page = await bridge.ask('next', { capture, count: FRAMES_AT_A_TIME });
      frames.push(...page.frames.filter(keep));
      if (frames.length > most) throw new InputError(`more than ${most} frames concern the services`);
      if (!page.done) continue;
      await bridge.ask('close', { capture });
      return { frames, cut: page.cut };
    }
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
}
