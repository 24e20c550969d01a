/** A kill loses no more than this; what is found is on disk at once. */
const EVERY_MS = 2_000;
/** Writing takes at most this share of a run's time, however long its record has become. */
const SHARE_OF_TIME = 0.05;

/** Keeps report.json current while a run goes on, so that a run that is killed has a report too. */
export class InterimReport {
  readonly #write: () => void;
  readonly #now: () => number;
  #next: number;

  constructor(write: () => void, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#now = now;
    this.#next = now() + EVERY_MS;
  }

  /** Something happened; writes when the time has come. */
  refresh(): void {
    const begun = this.#now();
    if (begun < this.#next) return;
    this.#write();
    const ended = this.#now();
    this.#next = ended + Math.max(EVERY_MS, (ended - begun) / SHARE_OF_TIME);
  }
}
