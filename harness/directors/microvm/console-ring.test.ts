import { expect, it } from 'vitest';
import { ConsoleRing } from './console-ring.ts';

it('keeps the tail of what a guest prints, and tells what is new', () => {
  const ring = new ConsoleRing();

  ring.push(Buffer.alloc(200_000, 'a'));
  const before = ring.total;
  ring.push(Buffer.from('last\r\nwords'));

  expect(ring.total).toBe(200_011);
  expect(ring.text.length).toBeLessThanOrEqual(64 * 1024);
  expect(ring.text.endsWith('alast\nwords')).toBe(true);
  expect(ring.since(before)).toBe('last\nwords');
  expect(ring.since(ring.total)).toBe('');
});
