import type { Run } from '../harness/outcome.ts';
import { hexBytes } from '../spec/wire/dissect.ts';

/** report.json: the whole record, for other programs. Frames are hexadecimal text. */
export function jsonReport(run: Run): string {
  const plain = (_key: string, value: unknown) => (value instanceof Uint8Array ? hexBytes(value) : value);
  return `${JSON.stringify(run, plain, 2)}\n`;
}
