import type { Flow, PacketItem } from '../../spec/scenario.ts';
import type { Target } from './target.ts';

/** A flow before the director is known: between whom, and what is sent. */
export interface Story {
  readonly protocol: Flow['protocol'];
  readonly target: Target;
  readonly isn: Flow['isn'];
  /** Of a flow that has no name yet. */
  readonly packets: readonly PacketItem[];
  /** Whether the director sees the server's answers, by the way that its dests forward. */
  readonly answersSeen: { readonly masq: boolean; readonly droute: boolean };
  /** It comes after the flow before it, on the same addresses and ports. */
  readonly reuses: boolean;
  /** How long after it, in milliseconds. */
  readonly pause: number | undefined;
}

export const UNNAMED = 'flow';
