import { silent } from '../../system/progress.ts';
import { hostKernel } from './open.ts';

/** A harness with a container, whose id it says; it waits to be killed (director.test.ts). */
const voices = { progress: silent, note: silent };
const host = await hostKernel({ image: undefined, maxWaitMs: 1000, loadModules: false }, voices);
console.log((await host.start()).id);
