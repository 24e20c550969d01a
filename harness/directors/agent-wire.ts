import { MachineError } from '../errors.ts';

/** Bytes of the agent's protocol being written: little-endian numbers, length-prefixed strings and records. */
export class WireWriter {
  #data = Buffer.allocUnsafe(4096);
  #length = 0;

  u8(value: number): this {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
    return this;
  }

  u16(value: number): this {
    this.#length = this.#room(2).writeUInt16LE(value, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length);
    return this;
  }

  u64(value: bigint): this {
    this.#length = this.#room(8).writeBigUInt64LE(value, this.#length);
    return this;
  }

  raw(data: Uint8Array): this {
    this.#room(data.length).set(data, this.#length);
    this.#length += data.length;
    return this;
  }

  bytes(data: Uint8Array): this {
    return this.u32(data.length).raw(data);
  }

  /** With a NUL at its end, so that the agent can use it where it lies. */
  string(text: string): this {
    return this.bytes(Buffer.from(`${text}\0`));
  }

  /** A code, the payload's length, the payload that `fill` writes. */
  record(code: number, fill: (writer: this) => void): this {
    this.u8(code).u32(0);
    const start = this.#length;
    fill(this);
    this.#data.writeUInt32LE(this.#length - start, start - 4);
    return this;
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.#data.subarray(0, this.#length));
  }

  #room(length: number): Buffer {
    if (this.#length + length > this.#data.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#length + length));
      this.#data.copy(larger, 0, 0, this.#length);
      this.#data = larger;
    }
    return this.#data;
  }
}

/** Reads what a WireWriter (or the agent) wrote. What it returns are views, not copies. */
export class WireReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  get done(): boolean {
    return this.#at === this.#data.length;
  }

  u8(): number {
    return this.raw(1).readUInt8();
  }

  u16(): number {
    return this.raw(2).readUInt16LE();
  }

  u32(): number {
    return this.raw(4).readUInt32LE();
  }

  u64(): bigint {
    return this.raw(8).readBigUInt64LE();
  }

  raw(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#data.length) {
      throw new MachineError(
        `agent protocol: ${length} bytes wanted at ${this.#at} of a ${this.#data.length}-byte message`,
      );
    }
    const view = this.#data.subarray(this.#at, end);
    this.#at = end;
    return view;
  }

  bytes(): Buffer {
    return this.raw(this.u32());
  }

  rest(): Buffer {
    return this.raw(this.#data.length - this.#at);
  }

  record(): { code: number; payload: WireReader } {
    const code = this.u8();
    return { code, payload: new WireReader(this.bytes()) };
  }
}
