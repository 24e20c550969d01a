/** Exit codes of a process that a signal ended, as shells count them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * While things are made ready a signal ends the process at once: there is nothing to keep. Once the run has begun, the
 * first signal asks it to end and to write down what it has; the second ends the process where it stands.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #leave: () => void;
  #begun = false;
  #exitCode: number | undefined;

  /** `leave` puts the terminal in order before the process ends. */
  constructor(leave: () => void) {
    this.#leave = leave;
    for (const [name, code] of Object.entries(SIGNALS)) process.on(name, () => this.#signalled(code));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined as long as nobody interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  runBegins(): void {
    this.#begun = true;
  }

  #signalled(code: number): void {
    if (!this.#begun || this.#exitCode !== undefined) this.#end(code);
    this.#exitCode = code;
    this.#controller.abort(new Error('interrupted'));
  }

  #end(code: number): never {
    this.#leave();
    if (!this.#begun) console.error('interrupted before anything was played');
    process.exit(code);
  }
}
