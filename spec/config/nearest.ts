/** Longer words are not worth comparing: nobody mistypes them, and the comparison is quadratic. */
const LONGEST_WORD = 64;

/** "did you mean X?" for the candidate that is a typo or two away from the word, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const best = nearest(word, candidates);
  return best === undefined ? undefined : `did you mean ${best}?`;
}

/** The candidate nearest to the word, when it is near enough to be what was meant; never the word itself. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The candidates most like the word, most alike first, however far away they are. */
export function nearestFew(word: string, candidates: readonly string[], count: number): string[] {
  const short = word.slice(0, LONGEST_WORD);
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(short, candidate) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** How many letters must be inserted, dropped, replaced or swapped with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(replace, last[j]! + 1, row[j - 1]! + 1, swapped ? beforeLast[j - 2]! + 1 : Infinity));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
