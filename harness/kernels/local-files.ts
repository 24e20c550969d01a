/** Where the pieces of a kernel are that someone built or installed here; absolute paths, which need not exist but the image. */
export interface LocalFiles {
  image: string;
  release: string;
  /** undefined: no file; the image may carry it. */
  config: string | undefined;
  /** The list of modules that are built in. */
  builtin: string | undefined;
  /** Candidates: those that were never built do not exist. */
  modules: string[];
}
