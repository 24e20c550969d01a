import type { Flow, PacketItem } from '../../spec/scenario.ts';
import type { Target } from './target.ts';

/** A flow before the director is known: between whom, and what is sent. */
export interface Story {
  readonly protocol: Flow['protocol'];
  readonly target: Target;
  readonly isn: Flow['isn'];
  /** Which end a program on the director is, if any. */
  readonly own: PacketItem['from'] | undefined;
  /** Of a flow that has no name yet. */
  readonly packets: readonly PacketItem[];
  /** Whether the director sees the server's answers, by the way that its dests forward. */
  readonly answersSeen: { readonly masq: boolean; readonly droute: boolean };
  /** What is sent over `UNNAMED_DATA`. */
  readonly data?: DataConnection;
  /** It is for services of that port, where there are any; else for any. */
  readonly servicePort?: number;
  /** It comes after the flow before it, on the same addresses and ports. */
  readonly reuses: boolean;
  /** How long after it, in milliseconds. */
  readonly pause: number | undefined;
}

/** A data connection of FTP that a control connection agrees on. */
export interface DataConnection {
  /** Who opens it: passive, the client; active, the server. */
  readonly way: 'passive' | 'active';
  /** Where it goes to: a port of the server's, or of the client's. */
  readonly port: number;
  /** Where the client of a passive one calls from. */
  readonly clientPort: number;
}

export const UNNAMED = 'flow';
/** The flow of a story's data connection. */
export const UNNAMED_DATA = 'data';

/** Of what counts nothing. */
export const USUAL_ISN: Flow['isn'] = { client: 1000, server: 5000 };
