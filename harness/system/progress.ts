/**
 * Where long work says what it is doing: plain one-line sentences without colour or line ends. The
 * command line shows them on a terminal, tests collect them, a library user drops them.
 */
export type Progress = (message: string) => void;

/** What is being done just now, and what a reader has to know afterwards. */
export interface Voices {
  readonly progress: Progress;
  readonly note: Progress;
}

export const silent: Progress = () => {};
