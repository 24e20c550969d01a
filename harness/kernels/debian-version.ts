/** Weight of one character in the non-digit parts: "~" before the end, the end before letters, letters before the rest. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function compareText(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = weight(a[i]) - weight(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Alternating text and number runs, text first: "6.1~rc2" -> [["",6],[".",1],["~rc",2]]. */
function runs(part: string): [string, number][] {
  return [...part.matchAll(/(\D*)(\d*)/g)].map((match): [string, number] => [
    match[1] ?? '',
    Number(match[2] || 0),
  ]);
}

function comparePart(a: string, b: string): number {
  const [left, right] = [runs(a), runs(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [leftText, leftNumber] = left[i] ?? ['', 0];
    const [rightText, rightNumber] = right[i] ?? ['', 0];
    const difference = compareText(leftText, rightText) || leftNumber - rightNumber;
    if (difference !== 0) return difference;
  }
  return 0;
}

function split(version: string): [number, string, string] {
  const [, epoch, rest] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = (rest ?? '').lastIndexOf('-');
  return dash < 0
    ? [Number(epoch ?? 0), rest ?? '', '0']
    : [Number(epoch ?? 0), rest!.slice(0, dash), rest!.slice(dash + 1)];
}

/** Order of Debian package versions (Debian Policy 5.6.12): negative when a is older, 0 when equal. */
export function compareVersions(a: string, b: string): number {
  const [leftEpoch, leftUpstream, leftRevision] = split(a);
  const [rightEpoch, rightUpstream, rightRevision] = split(b);
  return (
    leftEpoch - rightEpoch ||
    comparePart(leftUpstream, rightUpstream) ||
    comparePart(leftRevision, rightRevision)
  );
}
