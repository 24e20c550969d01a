import { describe, expect, it } from 'vitest';
import { suspectsOf } from './suspects.ts';

describe('suspectsOf', () => {
  it('finds broken directors by their ids, in the order asked for', () => {
    const ids = ['udp-short', 'defrag-overlap-taken'];
    expect(suspectsOf(ids).map(({ id }) => id)).toEqual(ids);
  });

  it('says that what is right on some kernels is told by scenario files', () => {
    expect(() => suspectsOf(['kernel-threshold-on-edit'])).toThrow(/suites\/scenarios\/kernels/);
  });

  it('has a guess for a typo', () => {
    expect(() => suspectsOf(['udp-shrot'])).toThrow(/did you mean udp-short\?/);
  });
});
