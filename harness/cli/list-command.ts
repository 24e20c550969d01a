import { CLAIMS } from '../../suites/claims.ts';
import { BROKEN_DIRECTORS } from '../directors/broken.ts';
import { EXIT } from './exit-code.ts';

/** `lvscheck list`: what can be asked for by name. */
export function listCommand(): number {
  const rows = (title: string, list: readonly { id: string; says: string }[]) => {
    const width = Math.max(...list.map(({ id }) => id.length));
    return [title, ...list.map(({ id, says }) => `  ${id.padEnd(width)}  ${says}`)];
  };
  const directors = [
    { id: 'microvm', says: 'a real kernel in QEMU, with virtual time; microvm:6.12 names another kernel' },
    { id: 'model', says: 'the reference model against itself' },
    ...BROKEN_DIRECTORS.map(({ id, says }) => ({ id: `broken:${id}`, says })),
  ];
  console.log([...rows('Claims (--claim)', CLAIMS), '', ...rows('Directors (--on)', directors)].join('\n'));
  return EXIT.agree;
}
