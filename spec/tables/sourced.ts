/** Where a fact stands: a file of the kernel's tree and the symbol in it. */
export interface Source {
  readonly file: string;
  readonly symbol: string;
}

/** What every row of a table carries. */
export interface Sourced {
  readonly source: Source;
}
