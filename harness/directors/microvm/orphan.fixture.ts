import { silent } from '../../system/progress.ts';
import { Guest } from './guest.ts';
import { guestOptions } from './open.ts';

/** A harness that boots a guest, says QEMU's process id, and waits to be killed (orphan.test.ts). */
const { options } = await guestOptions(undefined, silent);
const guest = await Guest.boot(options);
console.log(guest.pid);
