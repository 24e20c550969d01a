import { expect, it } from 'vitest';
import type { ListedKernel } from './catalogue.ts';
import { kernelsBetween } from './kernels-between.ts';

const kernel = (version: string): ListedKernel => ({
  ...{ name: `linux-image-${version}`, version, release: version },
  ...{ cached: false, bytes: undefined, remark: '' },
});

it('lists what lies between two versions, in the order of package versions', () => {
  const catalogue = [
    { series: '6.1', kernels: [kernel('6.1.192-2'), kernel('6.1.99-1')] },
    { series: '6.12', kernels: [kernel('6.12.117-1'), kernel('6.12.9-1'), kernel('6.12.9-1~bpo12+1')] },
  ];
  expect(kernelsBetween(catalogue, '6.1.99-1', '6.12.117-1').map(({ version }) => version)).toEqual([
    '6.1.192-2',
    '6.12.9-1~bpo12+1',
    '6.12.9-1',
  ]);
});
