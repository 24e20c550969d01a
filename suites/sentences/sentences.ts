import { BALANCING } from './balancing.ts';
import { FILTERING } from './filtering.ts';
import { SENDING } from './sending.ts';
import type { Sentence } from './sentence.ts';
import { TRACKING } from './tracking.ts';

/** What the reports taught, as sentences about every director. */
export const SENTENCES: readonly Sentence[] = [...TRACKING, ...FILTERING, ...BALANCING, ...SENDING];
