import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../play/plan.ts';
import { agentScenario } from './agent-scenario.ts';
import { planOf, wait } from './microvm/testing.ts';

const command: PlanStep = {
  kind: 'command',
  command: { tool: 'sysctl', name: 'net.ipv4.vs.conntrack', value: 0 },
};
const plan = planOf(wait(0), command, wait(0));

describe('a command', () => {
  it('is one step of the agent, which ends when the command does', () => {
    expect(agentScenario(plan, 250).steps).toHaveLength(4);
  });

  it('is followed by a wait for a round jiffy where kernels are compared', () => {
    const { steps } = agentScenario({ ...plan, settles: true }, 250);
    expect(steps).toHaveLength(5);
    expect(steps[3]).toEqual({ waitNs: 256_000_000n, alignJiffies: 64, ops: [] });
    expect(agentScenario({ ...plan, settles: true }, 1000).steps[3]!.waitNs).toBe(64_000_000n);
  });
});
