/**
 * The three ways something goes wrong that is not a finding. The command line turns each into one
 * sentence and an exit code; everything else that is thrown is our own bug.
 */

/** What the user gave is wrong: say the value, the place, what is allowed, the next step. Exit 2. */
export class InputError extends Error {
  override name = 'InputError';
}

/** The machine could not: a tool, the network, the disk, QEMU. Exit 3. `console` is a guest's last words. */
export class MachineError extends Error {
  override name = 'MachineError';
  readonly console: string;
  constructor(message: string, options: { console?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.console = options.console ?? '';
  }
}
