import { describe, expect, it } from 'vitest';
import { parseServices } from '../../spec/config/services-parse.ts';
import { TWO_ARMED } from '../../spec/config/topology.ts';
import { kernelOf } from '../../spec/kernel.ts';
import type { Scenario } from '../../spec/scenario.ts';
import { parseTimelineText } from '../../spec/scenario-text.ts';
import { parseIpv4 } from '../../spec/wire/address.ts';
import { ModelDirector } from '../directors/model.ts';
import { Recorder } from '../directors/recording.ts';
import { bind } from '../play/bind.ts';
import { CoverageCount } from './count.ts';
import { CELL_TABLES, cellsOf } from './tables.ts';

const KERNEL = kernelOf({ release: '6.1.0-56-cloud-amd64', version: '6.1.192-2', hz: 250 });

const SYN_THEN_RST: Scenario = {
  director: {
    topology: TWO_ARMED,
    services: parseServices('-A -t VIP:80 -s rr\n-a -t VIP:80 -r RIP1:80 -m -w 1\n'),
    rules: { tables: [] },
    sysctls: {},
  },
  flows: {
    f1: {
      protocol: 'tcp',
      client: { address: parseIpv4('10.0.0.2')!, port: 40001 },
      service: { address: parseIpv4('10.0.0.100')!, port: 80 },
      isn: { client: 1000, server: 5000 },
    },
  },
  timeline: ['f1 client > S 0:0(0) win 64240', 'f1 server > R. 0:0(0) ack 1'].map(parseTimelineText),
};

/** Cells of a table that were reached, as `INPUT syn NONE`. */
function reached(end: number | undefined, table: string): string[] {
  const model = new ModelDirector(KERNEL, { recorder: new Recorder() });
  const plan = bind(SYN_THEN_RST, model);
  const count = new CoverageCount();
  count.add(model.playAt(plan, [4096, 4097, 4098]).reached!, end);
  const { cells } = count.coverage('model').tables.find(({ id }) => id === table)!;
  return cells.filter(({ scenarios }) => scenarios > 0).map(({ at }) => at.join(' '));
}

describe('coverage', () => {
  it('counts the cells that a scenario went through, and no others', () => {
    expect(reached(undefined, 'ipvs-tcp')).toEqual(['INPUT syn NONE', 'OUTPUT rst SYN_RECV']);
    expect(reached(undefined, 'schedulers')).toEqual(['rr dest']);
    expect(reached(undefined, 'ipvs-tcp-secure')).toEqual([]);
    expect(reached(undefined, 'forwarding')).toEqual(['masq 0 INVALID']);
  });

  it('does not count what came after the first difference, nor in the step of it', () => {
    expect(reached(2, 'ipvs-tcp')).toEqual(['INPUT syn NONE']);
  });

  it('names each cell once', () => {
    for (const table of CELL_TABLES) {
      const names = cellsOf(table).map((at) => at.join('|'));
      expect(new Set(names).size, table.id).toBe(names.length);
    }
  });
});
