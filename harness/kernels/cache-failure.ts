import { MachineError } from '../errors.ts';

interface Reason {
  code: string;
  /** How programs that write for us say it; only for what can mean nothing but the disk. */
  text?: RegExp;
  says: string;
}

const reasons: readonly Reason[] = [
  { code: 'ENOSPC', text: /No space left on device|enough free space/i, says: 'the disk is full' },
  { code: 'EDQUOT', text: /Disk quota exceeded/i, says: 'the disk quota is used up' },
  { code: 'EROFS', text: /Read-only file system/i, says: 'the file system is read-only' },
  { code: 'EFBIG', says: 'the file would be larger than the limit for this process' },
  { code: 'EACCES', says: 'permission denied' },
  { code: 'EPERM', says: 'not permitted' },
  { code: 'ENOTDIR', says: 'part of the path is not a folder' },
];

/** What a program that wrote for us said; what it said besides is not worth showing. */
const saidBy = (cause: unknown): string =>
  cause instanceof MachineError ? `${cause.message}\n${cause.console}` : '';

/** Whether an error of the file system names a path that is not ours, such as a tool that cannot be read. */
function elsewhere(folder: string, cause: unknown): boolean {
  const path = (cause as NodeJS.ErrnoException | null)?.path;
  return path !== undefined && !path.startsWith(folder);
}

function reasonOf(cause: unknown): string | undefined {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const known = reasons.find((reason) => reason.code === code || reason.text?.test(saidBy(cause)));
  if (known !== undefined) return known.says;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? (cause as Error).message : undefined;
}

/**
 * Turns what went wrong while writing below `folder` into one MachineError that says what to do; errors
 * that have nothing to do with the disk come back unchanged.
 */
export function cacheFailure(folder: string, cause: unknown): unknown {
  const reason = elsewhere(folder, cause) ? undefined : reasonOf(cause);
  if (reason === undefined) return cause;
  const remedy = 'repair that or point XDG_CACHE_HOME to another folder';
  return new MachineError(`cannot write the cache ${folder}: ${reason}; ${remedy}`, { cause });
}
