import { SYSCTLS, type Sysctl } from '../tables/sysctls.ts';
import type { SysctlCommand } from './commands.ts';
import { nearestFew } from './nearest.ts';
import { parseNumber } from './number-text.ts';
import { TextError } from './text-error.ts';
import type { Word, WordReader } from './words.ts';

/** What follows the program's name: `net.ipv4.vs.conntrack=1`, also with `-w` before and blanks around the `=`. */
export function parseSysctlArguments(reader: WordReader): SysctlCommand {
  reader.skip('-w');
  const name = reader.next('the sysctl', { allowed: 'NAME=VALUE, as in net.ipv4.vs.conntrack=1' });
  const equals = name.text.indexOf('=');
  if (equals < 0) return command(name, valueAfterBlank(reader));
  const left = { ...name, text: name.text.slice(0, equals) };
  const right = { ...name, text: name.text.slice(equals + 1), column: name.column + equals + 1 };
  const value = right.text === '' && !reader.done ? reader.next('the value') : right;
  return command(left, value);
}

function valueAfterBlank(reader: WordReader): Word {
  const value = reader.next('=VALUE');
  if (!value.text.startsWith('=')) throw new TextError(value, `"${value.text}" stands where = belongs`);
  if (value.text === '=') return reader.next('the value');
  return { ...value, text: value.text.slice(1), column: value.column + 1 };
}

function command(name: Word, value: Word): SysctlCommand {
  checkSysctlName(name);
  return { tool: 'sysctl', name: name.text, value: parseSysctlValue(name.text, value) };
}

export function checkSysctlName(word: Word): void {
  if (ROW_OF.has(word.text)) return;
  throw new TextError(word, `"${word.text}" is no sysctl that is modelled`, {
    allowed: `${nearestFew(word.text, NAMES, 3).join(', ')} and ${NAMES.length - 3} more`,
    hint: 'remove it, or choose one of these',
  });
}

/** The value of a sysctl whose name has been checked. */
function parseSysctlValue(name: string, word: Word): number {
  return parseNumber(word, `value of ${name}`, ROW_OF.get(name)!);
}

const NAMES = SYSCTLS.map((row) => row.name);

const ROW_OF: ReadonlyMap<string, Sysctl> = new Map(SYSCTLS.map((row) => [row.name, row]));
