import { MachineError } from '../errors.ts';

/** What a person can do about each way a disk says no; the texts are those of programs that wrote for us. */
const reasons: readonly { code: string; text: RegExp; says: string }[] = [
  { code: 'ENOSPC', text: /No space left on device/i, says: 'the disk is full' },
  { code: 'EDQUOT', text: /quota exceeded/i, says: 'the disk quota is used up' },
  {
    code: 'EFBIG',
    text: /File too large/i,
    says: 'the file would be larger than the limit for this process',
  },
  { code: 'EROFS', text: /Read-only file system/i, says: 'the file system is read-only' },
  { code: 'EACCES', text: /Permission denied/i, says: 'permission denied' },
  { code: 'EPERM', text: /Operation not permitted/i, says: 'not permitted' },
  { code: 'ENOTDIR', text: /Not a directory/i, says: 'part of the path is not a folder' },
];

function consoleOf(cause: unknown): string {
  return cause instanceof MachineError ? cause.console || cause.message : '';
}

function reasonOf(cause: unknown): string | undefined {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  const known = reasons.find((reason) => reason.code === code || reason.text.test(consoleOf(cause)));
  if (known !== undefined) return known.says;
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? (cause as Error).message : undefined;
}

/**
 * Turns what went wrong while writing below `folder` into one MachineError that says what to do; errors
 * that have nothing to do with the disk come back unchanged.
 */
export function cacheFailure(folder: string, cause: unknown): unknown {
  const reason = reasonOf(cause);
  if (reason === undefined) return cause;
  const remedy = 'free some space there or point XDG_CACHE_HOME to another folder';
  return new MachineError(`cannot write the cache ${folder}: ${reason}; ${remedy}`, {
    cause,
    console: consoleOf(cause),
  });
}
