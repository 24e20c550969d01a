import { silent } from '../../system/progress.ts';
import { Guest } from './guest.ts';
import { guestOptions, microvmKernel } from './open.ts';

/** A harness that boots or restores a guest, says QEMU's process id, and waits to be killed (orphan.test.ts). */
const fresh = process.argv[2] === 'boot';
const guest = fresh
  ? await Guest.boot((await guestOptions(undefined, silent)).options)
  : await (await microvmKernel(undefined, silent)).guests.guest();
console.log(guest.pid);
