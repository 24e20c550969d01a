/**
 * Where long work says what it is doing: plain one-line sentences without colour or line ends. The
 * command line shows them on a terminal, tests collect them, a library user drops them.
 */
export type Progress = (message: string) => void;

export const silent: Progress = () => {};
