import { CommanderError } from 'commander';
import { InputError, MachineError } from '../errors.ts';
import { EXIT } from './exit-code.ts';

const CONSOLE_TAIL_LINES = 20;

/** One line for each kind of trouble, and its exit code; a bug of ours keeps its stack. */
export function report(program: string, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.agree : EXIT.usage;
  if (error instanceof InputError) {
    console.error(`${program}: ${error.message}`);
    return EXIT.usage;
  }
  if (!(error instanceof MachineError)) {
    console.error(`${program}: a bug of ${program} itself:`, error);
    return EXIT.machine;
  }
  const tail = error.console.trimEnd().split('\n').slice(-CONSOLE_TAIL_LINES).join('\n');
  console.error(`${program}: ${error.message}${tail === '' ? '' : `\nthe console ended with\n${tail}`}`);
  return EXIT.machine;
}
