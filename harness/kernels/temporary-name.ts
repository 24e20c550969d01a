import { randomBytes } from 'node:crypto';

/** What is being made, or being removed, is called so: nobody takes it for an entry, and what a kill leaves is swept. */
export const temporarySuffix = (): string => `${randomBytes(6).toString('hex')}.tmp`;
