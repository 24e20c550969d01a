import { expect, it } from 'vitest';
import { acrossChange, type Kernel, kernelOf } from '../../spec/kernel.ts';
import { compareObservation } from '../compare/observation.ts';
import { ModelDirector } from '../directors/model.ts';
import { parseScenarioFile } from '../replay/scenario-file.ts';
import { bind } from './bind.ts';
import { namedChanges } from './named-changes.ts';

const KERNEL = kernelOf({ release: '5.10.0-46-cloud-amd64', version: '5.10.262-1', hz: 250 });

/** A reset right behind the SYN that begins a connection anew: whether it is INVALID hangs on two changes. */
const RESET = `director:
  services: |
    -A -t VIP:80 -s rr
    -a -t VIP:80 -r RIP1:80 -g -w 1
  rules: |
    *filter
    :INPUT ACCEPT [0:0]
    -A INPUT -m conntrack --ctstate INVALID
    COMMIT
  sysctls: { net.ipv4.vs.conntrack: 1 }
flows: { f1: CIP1:40001 > VIP:80, f2: CIP1:40001 > VIP:80 isn 3722974596/4294965913 }
timeline:
  - f1 client > S 0:0(0)
  - f1 server > S. 0:0(0) ack 1
  - f2 client > S 0:0(0)
  - f2 client > R 1:1(0) win 0
`;

/** The names of what makes the models of two kernels part. */
function names(leading: Kernel, other: Kernel) {
  const plan = bind(parseScenarioFile(RESET, 'x.yaml'), new ModelDirector(leading));
  const play = (kernel: Kernel) => new ModelDirector(kernel).playAlone(plan).observations;
  const observed = { leading: play(leading), other: play(other) };
  const step = observed.leading.findIndex(
    (one, index) => compareObservation(one, observed.other[index]!).length > 0,
  );
  const referenceFor = (kernel: Kernel) => new ModelDirector(kernel);
  return namedChanges({ plan, sides: { leading, other }, observed, step, referenceFor });
}

it('those that do it only together are named, and no others', () => {
  const all = ['conntrack-rst-after-syn', 'conntrack-late-is-not-invalid'] as const;
  const more = ['redirect-to-neighbours-only', 'udp-errors-tell-path-mtu'] as const;
  expect(names(KERNEL, [...more, ...all].reduce(acrossChange, KERNEL))).toEqual([...all]);
  expect(names(KERNEL, acrossChange(KERNEL, all[0]))).toEqual([]);
});
