/** Several runs of one measurement. */
export interface Measured {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

/** One number for each run; what comes first warms caches and is not counted. */
export async function measure(runs: number, once: () => Promise<number>): Promise<Measured> {
  await once();
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await once());
  values.sort((one, other) => one - other);
  return { median: values[Math.floor(values.length / 2)]!, least: values[0]!, most: values.at(-1)!, runs };
}

/** Seconds that the work took. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
