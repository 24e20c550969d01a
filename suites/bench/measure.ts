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

/** The same of what keeps a processor busy and waits for nothing: in its own time, whoever else wants the processor. */
export async function cpuSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
