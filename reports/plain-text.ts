/** What terminals and XML 1.0 have no place for, escaped or not; a guest's console may hold any of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;
/** Lone halves of a character: no encoding has them. */
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** What begins a line for some reader or other. */
const LINE_ENDS = /\r\n?|[\u2028\u2029]/g;

/** The text with a mark for every character that is none. Lines stay. */
export function printable(text: string): string {
  return text.replace(LINE_ENDS, '\n').replace(CONTROL, '\ufffd').replace(HALVES, '\ufffd');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}
