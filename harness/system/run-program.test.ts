import { expect, it } from 'vitest';
import { MachineError } from '../errors.ts';
import { complaint, runProgram } from './run-program.ts';

it('gives what the program wrote, byte for byte', async () => {
  const bytes = Buffer.from([0, 255, 10, 10]);
  expect(await runProgram('cat', [], { input: bytes })).toEqual(bytes);
});

it('closes standard input, so that nothing waits for an answer', async () => {
  expect(await runProgram('cat', [])).toHaveLength(0);
});

it('reports a failing program with its complaint, and keeps all it wrote', async () => {
  const failed: unknown = await runProgram('ls', ['/no/such/path']).catch((cause: unknown) => cause);
  expect(failed).toBeInstanceOf(MachineError);
  expect((failed as MachineError).message).toMatch(/^ls failed: .*cannot access '\/no\/such\/path'/);
  expect((failed as MachineError).console).toContain('No such file or directory');
});

it('says which package brings a program that is missing', async () => {
  await expect(runProgram('no-such-program', [])).rejects.toThrow('no-such-program is not installed');
});

it.each([
  ['W: odd\nE: Failed to fetch\nE: Unable', 'E: Failed to fetch'],
  ['a.c: In function\na.c:3:1: error: bad\nnote', 'a.c:3:1: error: bad'],
  ['one\ntwo\n', 'two'],
  ['', 'it said nothing'],
])('finds the line that matters in %j', (stderr, line) => expect(complaint(stderr)).toBe(line));
