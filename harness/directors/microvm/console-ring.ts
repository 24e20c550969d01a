const TAIL_BYTES = 64 * 1024;

/** The last words of a guest: what it printed on its console, of which only the tail is kept. */
export class ConsoleRing {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #total = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#total += chunk.length;
    while (this.#chunks.length > 1 && this.#bytes - this.#chunks[0]!.length >= TAIL_BYTES) {
      this.#bytes -= this.#chunks.shift()!.length;
    }
  }

  /** Bytes printed since the start, kept or not. */
  get total(): number {
    return this.#total;
  }

  /** What was printed after `total` had the given value, as far as it is kept. */
  since(total: number): string {
    const wanted = Math.min(this.#total - total, this.#bytes);
    return wanted > 0
      ? Buffer.concat(this.#chunks).subarray(-wanted).toString().replaceAll('\r\n', '\n')
      : '';
  }

  get text(): string {
    return Buffer.concat(this.#chunks).subarray(-TAIL_BYTES).toString().replaceAll('\r\n', '\n');
  }
}
