import { CHANGES, type Change } from '../../spec/tables/changes.ts';

/** The text of `kernels changes`, line by line: each change with its first releases, what it is, and where to read it. */
export function changesText(): string[] {
  const widest = Math.max(...CHANGES.map(({ id }) => id.length));
  return CHANGES.flatMap((change) => [
    `${change.id.padEnd(widest)}  since ${since(change)}`,
    `    ${change.says}`,
    `    ${change.source.file}, ${change.source.symbol}`,
    '',
  ]).slice(0, -1);
}

/** The first releases that have it. */
export function since({ stable, mainline }: Change): string {
  return [...Object.values(stable), mainline].join(', ');
}
