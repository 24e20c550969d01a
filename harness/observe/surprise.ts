import { MachineError } from '../errors.ts';

/** A kernel text that we cannot read is our fault, said with the line, never a row left out in silence. */
export function surprise(file: string, line: string): MachineError {
  return new MachineError(`${file} has a line of unknown form: ${JSON.stringify(line)}`);
}

/** The text's lines without the empty one behind the last newline. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
