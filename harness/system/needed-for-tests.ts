/**
 * What some tests need and not every machine has. Where it cannot be had, that is said ("skipped: no Scapy (why)") and
 * they are skipped: undefined. Where CI is "true", that is a failure.
 */
export async function neededForTests<T>(lacking: string, find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (process.env.CI === 'true') throw new Error(`${lacking} where CI is "true": ${why}`, { cause: error });
    console.warn(`skipped: ${lacking} (${why})`);
    return undefined;
  }
}
