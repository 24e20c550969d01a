/** Exit codes of a process that a signal ended, as shells count them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The first signal asks the run to end and write down what it has; the second ends the process where it stands. */
export class Interruption {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;

  constructor() {
    for (const [name, code] of Object.entries(SIGNALS)) process.on(name, () => this.#signalled(code));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined as long as nobody interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  #signalled(code: number): void {
    if (this.#exitCode !== undefined) process.exit(code);
    this.#exitCode = code;
    this.#controller.abort(new Error('interrupted'));
  }
}
