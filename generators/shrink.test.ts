import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Scenario, Segment } from '../spec/scenario.ts';
import { FIN, SYN } from '../spec/wire/tcp.ts';
import { BIASES } from './bias.ts';
import { scenario } from './scenario.ts';

/** A failure that needs certain things: what shrinking must leave, and nothing else. */
type Symptom = (scenario: Scenario) => boolean;

interface Shrunk {
  readonly scenario: Scenario;
  /** Scenarios that were played on the way. */
  readonly played: number;
}

function shrunk(symptom: Symptom, bias = BIASES.even): Shrunk {
  let played = 0;
  const shows = (one: Scenario) => {
    played++;
    return !symptom(one);
  };
  const found = fc.check(fc.property(scenario(bias), shows), { seed: 42, numRuns: 20_000 });
  if (!found.counterexample) throw new Error('no scenario has the symptom');
  return { scenario: found.counterexample[0], played: played - found.numRuns };
}

const segments = ({ timeline }: Scenario): readonly Segment[] =>
  timeline.filter((item) => item.kind === 'segment');

const policyOf = ({ director }: Scenario, chain: string) =>
  director.rules.tables.find(({ name }) => name === 'filter')?.chains.find(({ name }) => name === chain);

describe('a shrunk scenario', () => {
  it('should keep a FIN, the wait before it and the rule, and nothing else', () => {
    const finAfterMinute: Symptom = (one) => {
      const at = one.timeline.findIndex((item) => item.kind === 'wait' && item.ms >= 60_000);
      const later = one.timeline.slice(at + 1);
      const drops = policyOf(one, 'OUTPUT')?.rules.some(({ target }) => target?.kind === 'DROP');
      // Whose FIN it is belongs to the symptom: shrinking does not put words into another mouth.
      const fin = later.some(
        (item) => item.kind === 'segment' && item.from === 'client' && (item.flags & FIN) !== 0,
      );
      return at >= 0 && fin && drops === true;
    };

    const { scenario, played } = shrunk(finAfterMinute);

    expect(played).toBeLessThan(1000);
    expect(scenario.timeline).toEqual([
      { kind: 'wait', ms: 60_000 },
      {
        kind: 'segment',
        flow: 'f1',
        from: 'client',
        flags: FIN,
        seq: 0,
        ack: 0,
        window: 64240,
        length: 0,
        options: [],
      },
    ]);
    expect(scenario.director.services).toEqual([]);
    expect(scenario.director.sysctls).toEqual({});
    expect(scenario.director.rules.tables[0]?.chains).toEqual([
      { name: 'INPUT', policy: 'ACCEPT', rules: [] },
      { name: 'FORWARD', policy: 'ACCEPT', rules: [] },
      { name: 'OUTPUT', policy: 'ACCEPT', rules: [{ matches: [], target: { kind: 'DROP' } }] },
    ]);
  });

  it('should reach round seconds also when they are longer', () => {
    const { scenario } = shrunk(({ timeline }) =>
      timeline.some((item) => item.kind === 'wait' && item.ms > 61_337),
    );

    expect(scenario.timeline).toEqual([{ kind: 'wait', ms: 62_000 }]);
  });

  it('should keep what an acknowledgement counts, with as few bytes as possible', () => {
    const answered: Symptom = (one) =>
      segments(one).some(
        (data, index) =>
          data.length > 0 &&
          // Behind a SYN, which counts as a byte.
          data.seq > 0 &&
          data.from === 'client' &&
          segments(one)
            .slice(index)
            .some(
              ({ flow, from, ack }) =>
                flow === data.flow && from === 'server' && ack === data.seq + data.length,
            ),
      );

    const { scenario } = shrunk(answered);

    expect(scenario.timeline).toMatchObject([
      { from: 'client', seq: 1, length: 1, options: [] },
      { from: 'server', seq: 0, length: 0, ack: 2, options: [] },
    ]);
  });

  it('should keep the edge of a window exactly where it is', () => {
    const beyond: Symptom = (one) => segments(one).some(({ seq, from }) => from === 'client' && seq > 64_240);

    const { scenario } = shrunk(beyond, BIASES.windowTracking);

    expect(scenario.timeline).toMatchObject([{ kind: 'segment', seq: 64_241, length: 0 }]);
  });

  it('should keep one service, one dest and the command that takes the dest away', () => {
    const does = (timeline: Scenario['timeline'], op: string) =>
      timeline.some((item) => item.kind === 'do' && 'op' in item.command && item.command.op === op);
    // A dest that a command has added before would be as small an answer.
    const gone: Symptom = ({ timeline }) =>
      does(timeline, 'delete-dest') &&
      !does(timeline, 'add-dest') &&
      timeline.some((item) => item.kind === 'segment' && (item.flags & SYN) !== 0);

    const { scenario } = shrunk(gone, { ...BIASES.edits, markServices: 0 });

    const [service, ...others] = scenario.director.services;
    expect(others).toEqual([]);
    expect(service).toMatchObject({
      scheduler: 'rr',
      port: 80,
      dests: [{ port: 80, forward: 'masq', weight: 1 }],
    });
    expect(service?.dests.length).toBe(1);
    expect(scenario.timeline.length).toBe(2);
    expect(scenario.director.rules).toEqual({ tables: [] });
  });

  it('should keep two flows on the same ports when both are needed', () => {
    const reused: Symptom = ({ flows }) => {
      const all = Object.values(flows);
      return all.some((one, index) =>
        all
          .slice(0, index)
          .some(({ client, isn }) => client.port === one.client.port && isn.client > one.isn.client),
      );
    };

    const { scenario } = shrunk(reused, BIASES.portReuse);

    expect(Object.keys(scenario.flows)).toEqual(['f1', 'f2']);
    expect(scenario.timeline.length).toBe(2);
    expect(scenario.flows.f2?.client).toEqual(scenario.flows.f1?.client);
  });
});
