import {
  type Alias,
  type Document,
  isAlias,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Place, TextError } from '../../spec/config/text-error.ts';
import type { InputError } from '../errors.ts';
import { refuseExcess } from './excess.ts';
import { inputError } from './input-error.ts';

/** A YAML text whose every part knows its line and column. */
export interface YamlSource {
  readonly file: string;
  readonly lines: readonly string[];
  readonly document: Document.Parsed;
  placeOf(offset: number): Place;
}

/** Reads YAML that is plain data: no aliases, no tags, no key twice. */
export function readYaml(text: string, file: string): YamlSource {
  const lines = text.split(/\r\n|\n/);
  refuseExcess(text, lines, file);
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
    // Ours is faster: that of the library compares each key with all others.
    uniqueKeys: false,
    version: '1.2',
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const source = { file, lines, document, placeOf };
  refuseBrokenYaml(source);
  visit(source.document, {
    Alias: (_, alias) => refuseAnchors(source, alias),
    Node: (_, node) => refuseAnchors(source, node),
    Map: (_, map) => refuseRepeatedKeys(source, map),
  });
  return source;
}

/** The error for something within the text that a node holds. */
export function errorInText(source: YamlSource, node: Scalar, error: TextError): InputError {
  return inputError(source, placeInText(source, node, error), error.message);
}

export function placeOfNode(source: YamlSource, node: unknown): Place {
  const offset = (node as Node | null | undefined)?.range?.[0] ?? 0;
  return source.placeOf(offset);
}

/** Where a line and column of a node's text are in the file; exact for what is written the usual way. */
function placeInText(source: YamlSource, node: Scalar, { line, column }: Place): Place {
  const start = placeOfNode(source, node);
  if (node.type === 'BLOCK_LITERAL') {
    const written = source.lines[start.line + line - 1] ?? '';
    const content = String(node.value).split('\n')[line - 1] ?? '';
    return { line: start.line + line, column: Math.max(0, written.length - content.length) + column };
  }
  const end = source.placeOf(node.range?.[1] ?? 0);
  if (end.line !== start.line || line !== 1) return start;
  return { line: start.line, column: start.column + (node.type === 'PLAIN' ? 0 : 1) + column - 1 };
}

function refuseBrokenYaml(source: YamlSource): void {
  const [problem] = [...source.document.errors, ...source.document.warnings];
  if (!problem) return;
  const place = source.placeOf(problem.pos[0]);
  if (problem.code === 'MULTIPLE_DOCS')
    throw inputError(source, place, 'a file holds one scenario; put the others into files of their own');
  const [what] = problem.message.split('\n');
  throw inputError(source, place, `this is no YAML: ${what}; check indentation, colons and quotes`);
}

function refuseAnchors(source: YamlSource, node: Alias | Node): void {
  if (!isAlias(node) && node.anchor === undefined) return;
  throw inputError(source, placeOfNode(source, node), 'anchors and aliases are not read; write it out');
}

function refuseRepeatedKeys(source: YamlSource, map: YAMLMap): void {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value))
      throw inputError(
        source,
        placeOfNode(source, key),
        `key "${key.value}" is given twice; remove one of them`,
      );
    seen.add(key.value);
  }
}
