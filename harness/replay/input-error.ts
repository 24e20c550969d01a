import type { Place } from '../../spec/config/text-error.ts';
import { InputError } from '../errors.ts';

/** The error for something at a place of a file. */
export function inputError({ file }: { file: string }, { line, column }: Place, message: string): InputError {
  return new InputError(`${file}:${line}:${column}: ${message}`);
}
