import type { Scenario } from '../../spec/scenario.ts';

const option =
  (kind: string) =>
  ({ timeline }: Scenario) =>
    timeline.some((item) => item.kind === 'segment' && item.options.some((one) => one.kind === kind));

/** TCP options that scenarios have, and in how many of a thousand at least. */
export const OPTION_FEATURES = {
  'option mss': { perMille: 200, in: option('mss') },
  'option wscale': { perMille: 200, in: option('wscale') },
  'option sackOK': { perMille: 200, in: option('sackOK') },
  'option sack': { perMille: 5, in: option('sack') },
  'option timestamp': { perMille: 80, in: option('timestamp') },
};
