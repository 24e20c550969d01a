import { SYSCTLS } from '../tables/sysctls.ts';
import { parseNumber } from './number-text.ts';
import { splitLines, type Word } from './words.ts';

/** What a list of sysctls says of a director. */
export interface SysctlList {
  /** Those that the model follows and that are not as on every director. */
  readonly sysctls: Readonly<Record<string, number>>;
  /** Settings of IPVS that the model does not follow, and that are switched on. */
  readonly unmodelled: readonly string[];
}

/** Switched on, they change what IPVS does; their usual values are 0. */
const UNMODELLED = ['backup_only'];

/** What `sysctl -a` prints: `name = value` lines, of which most are about something else. `device` renames theirs. */
export function parseSysctlList(text: string, device: (name: string) => string | undefined): SysctlList {
  const sysctls: Record<string, number> = {};
  const unmodelled: string[] = [];
  for (const line of splitLines(text)) {
    const setting = parseSetting(line);
    if (!setting) continue;
    const name = renamed(setting.name, device);
    const row = SYSCTLS.find((one) => one.name === name);
    if (row) {
      const value = parseNumber(setting.value, `value of ${setting.name}`, row);
      if (value !== row.default) sysctls[row.name] = value;
    } else if (isUnmodelled(setting.name, setting.value.text))
      unmodelled.push(`${setting.name} = ${setting.value.text}`);
  }
  return { sysctls, unmodelled };
}

function parseSetting(line: Word): { readonly name: string; readonly value: Word } | undefined {
  const found = /^\s*([A-Za-z][\w./-]*)\s*=\s*(.*?)\s*$/.exec(line.text);
  if (!found) return undefined;
  const column = line.text.indexOf(found[2]!, line.text.indexOf('=') + 1) + 1;
  return {
    // sysctl.conf may also be written with slashes.
    name: found[1]!.includes('.') ? found[1]! : found[1]!.replaceAll('/', '.'),
    value: { text: found[2]!, line: line.line, column },
  };
}

/** Those of a device carry its name, in which sysctl writes / for a dot. */
function renamed(name: string, device: (name: string) => string | undefined): string | undefined {
  const found = /^net\.ipv4\.conf\.(.+)\.(\w+)$/.exec(name);
  if (!found || found[1] === 'all') return name;
  const to = device(found[1]!.replaceAll('/', '.'));
  return to === undefined ? undefined : `net.ipv4.conf.${to}.${found[2]}`;
}

function isUnmodelled(name: string, value: string): boolean {
  return value !== '0' && UNMODELLED.some((one) => name === `net.ipv4.vs.${one}`);
}
