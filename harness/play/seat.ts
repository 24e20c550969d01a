import type { Director } from '../directors/director.ts';
import { MachineError } from '../errors.ts';
import type { Reference, ReferenceFor } from './lead.ts';

/** Why whole kinds of scenarios would be refused. */
export interface Limits {
  /** Whether the kernel has IPVS. */
  readonly ipvs: boolean;
  /** All waits of a scenario together, at most. */
  readonly waitMs: number;
}

/** A director that can be had, as often as wanted, each time in the state after boot. */
export interface Subject {
  /** As the command line names it: `microvm:6.1`. */
  readonly name: string;
  /** What none of its directors can do; undefined when they play whatever a kernel does. */
  readonly limits?: Limits;
  /** Modules that its kernel does not have, of those that scenarios may need. */
  readonly lacks?: ReadonlySet<string>;
  open(): Promise<Director>;
}

/** A director with the reference that it is compared with. */
export interface Opened {
  readonly director: Director;
  readonly reference: Reference;
}

/** Where one director at a time sits: opened when first needed, replaced by a fresh one when it is no longer trusted. */
export class Seat {
  readonly subject: Subject;
  readonly #referenceFor: ReferenceFor;
  #opened: Promise<Opened> | undefined;
  #retired = false;

  constructor(subject: Subject, referenceFor: ReferenceFor) {
    this.subject = subject;
    this.#referenceFor = referenceFor;
  }

  opened(): Promise<Opened> {
    if (this.#retired) return Promise.reject(new MachineError(`${this.subject.name} was closed`));
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** The next `opened` boots again. Closing twice does nothing. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    // One that never opened has nothing to close; whoever asked for it has the error.
    const { director } = (await opened?.catch(() => undefined)) ?? {};
    await director?.close();
  }

  /** Closes for good: a play that still goes on cannot boot another director behind our back. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.close();
  }

  async #open(): Promise<Opened> {
    const director = await this.subject.open();
    return { director, reference: this.#referenceFor(director.kernel) };
  }
}
