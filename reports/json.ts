import type { Run } from '../harness/outcome.ts';
import { hexBytes } from '../spec/wire/dissect.ts';

/** report.json: the whole record but its coverage, for other programs. Frames are hexadecimal text. */
export function jsonReport({ coverage: _, ...run }: Run): string {
  const plain = (_key: string, value: unknown) => (value instanceof Uint8Array ? hexBytes(value) : value);
  return `${JSON.stringify(run, plain, 2)}\n`;
}

/** coverage.json: which cells of the reference's tables each director was compared with. */
export function coverageReport({ schemaVersion, version, complete, summary, coverage }: Run): string {
  const { scenarios, seed } = summary;
  return `${JSON.stringify({ schemaVersion, version, complete, seed, scenarios, directors: coverage }, undefined, 2)}\n`;
}
