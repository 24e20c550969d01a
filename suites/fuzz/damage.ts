/** Texts and files that somebody damaged: the same for the same seed. */

/** Numbers from 0 to n-1 (xorshift32). */
export type Random = (n: number) => number;

export function randomOf(seed: number): Random {
  let state = seed | 0 || 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

/** What means something to one of the readers, to a shell, or to JavaScript. */
// biome-ignore format: a list of pieces.
const PIECES = [
  '\n', ' ', '\t', ':', '- ', '|', '>', '"', "'", '{', '}', '[', ']', '(', ')', '&a ', '*a', '!', '!!', '#', '%', '%0', '@', ';',
  '-', '0', '-1', '1e9', '99999999999999999999', '0x', '/', '/33', '255.255.255.256', '10.0.0.100', 'null', '~', '\u0000', '\u{1f600}',
  '\ud800', '__proto__', 'constructor', '-A', '-a', '-j', '-m', '-t', 'VIP', 'RIP99', '<', '=', '==', 'vmap', '*filter', '*nat', 'COMMIT',
  ':INPUT DROP [0:0]', 'do:', 'expect:', 'data %FF', 'virtual_server', 'real_server', 'table inet x {', 'chain x {', 'jump x',
  '$(touch HACKED)', '`touch HACKED`', '; touch HACKED', '| touch HACKED', '\n$(touch HACKED)\n', '--', '../../etc/passwd',
];

/** One to four cuts, copies, swaps and insertions anywhere. */
export function damagedText(text: string, random: Random): string {
  let result = text;
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(result.length + 1);
    const end = Math.min(result.length, at + random(random(4) === 0 ? 200 : 4));
    const cut = result.slice(at, end);
    const piece = PIECES[random(PIECES.length)]!;
    const many = random(50) === 0 ? cut.repeat(5_000) : cut + cut;
    const instead = ['', many, piece, piece + cut, cut + piece.repeat(3), [...cut].reverse().join('')];
    result = result.slice(0, at) + instead[random(instead.length)] + result.slice(end);
  }
  return result;
}

/** One to eight bytes changed, or a piece cut out or doubled, or the end missing. */
export function damagedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let edits = 1 + random(8); edits > 0; edits--) {
    const at = random(result.length + 1);
    const way = random(6);
    if (way === 0) result = result.subarray(0, at);
    else if (way === 1)
      result = Buffer.concat([
        result.subarray(0, at),
        result.subarray(Math.min(result.length, at + random(64))),
      ]);
    else if (way === 2)
      result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - 32))]);
    else if (result.length > 0) {
      const index = Math.min(at, result.length - 1);
      result = Buffer.from(result);
      result[index] = way === 3 ? random(256) : way === 4 ? 0xff : result[index]! ^ (1 << random(8));
    }
  }
  return result;
}
