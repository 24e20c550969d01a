/** What is known of one candidate. */
export type Verdict = 'same' | 'different' | 'unknown';

/** Where a row of candidates begins to behave differently. */
export interface Turn<T> {
  /** The last that does the same as the first one. */
  readonly last: T;
  /** The first that is known not to. */
  readonly first: T;
  /** Between them, when nothing could be found out about them: any of these may be where it really began. */
  readonly unknown: readonly T[];
}

/**
 * Halves a row whose first candidate is good and whose last is different, asking about as few as possible. One that
 * cannot be told is left out, and its neighbours are asked instead.
 */
export async function firstDifferent<T>(
  row: readonly T[],
  ask: (candidate: T, left: number) => Promise<Verdict>,
): Promise<Turn<T>> {
  const unknown = new Set<number>();
  let [low, high] = [0, row.length - 1];
  for (let next = middle(low, high, unknown); next !== undefined; next = middle(low, high, unknown)) {
    const verdict = await ask(row[next]!, high - low - 1);
    if (verdict === 'same') low = next;
    else if (verdict === 'different') high = next;
    else unknown.add(next);
  }
  const between = [...unknown].filter((at) => at > low && at < high).sort((a, b) => a - b);
  return { last: row[low]!, first: row[high]!, unknown: between.map((at) => row[at]!) };
}

/** The candidate nearest to the middle that has not been asked in vain. */
function middle(low: number, high: number, unknown: ReadonlySet<number>): number | undefined {
  const centre = (low + high) / 2;
  const left = Array.from({ length: Math.max(0, high - low - 1) }, (_, index) => low + 1 + index);
  return left.filter((at) => !unknown.has(at)).sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre))[0];
}
