import type { Finding } from '../../harness/outcome.ts';

/** Names of places in the page. They never change for the same thing, so that a link to one can be kept. */

export function findingId({ number }: Pick<Finding, 'number'>): string {
  return `finding-${number}`;
}

export function stepId(finding: Pick<Finding, 'number'>, step: number): string {
  return `${findingId(finding)}-step-${step}`;
}

export function cellId(claim: string, director: string): string {
  return `cell-${plain(claim)}--${plain(director)}`;
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9.+-]+/g, '_');
}
