import type { Finding, Run } from '../harness/outcome.ts';
import { SAMPLE_RUN } from './sample-run.ts';

/** Texts that somebody else chose, each the end of some format. */
export const HOSTILE =
  "<script>alert(1)</script>\" onload='x' & ]]> --> {{x}} `x` | x # SKIP %0A::error::x \u0000\u0007\u001b[31m\u2028\ud800 \r\n\r\n::error::y\nok 1 forged\n";

/** The sample run with such a text wherever a run has one, and as many findings as are asked for. */
export function hostileRun(count: number): Run {
  const [sample] = SAMPLE_RUN.findings;
  const director = { ...SAMPLE_RUN.summary.directors[0]!, name: HOSTILE };
  const findings = Array.from({ length: count }, (_, at): Finding => hostile(sample!, at, director));
  const claims = [...SAMPLE_RUN.claims.keys()].map((at) => ({
    ...SAMPLE_RUN.claims[at]!,
    ...{ claim: `${at} ${HOSTILE}`, says: HOSTILE, director: HOSTILE },
    findings: at === 0 ? Object.fromEntries(findings.map(({ number }) => [number, 1])) : {},
  }));
  return {
    ...SAMPLE_RUN,
    summary: { ...SAMPLE_RUN.summary, directors: [director] },
    ...{ claims, findings },
    undecided: SAMPLE_RUN.undecided.map((each) => ({ ...each, director: HOSTILE, what: HOSTILE })),
    knownDifferences: [{ id: HOSTILE, occurrences: 1 }],
  };
}

function hostile(sample: Finding, at: number, director: Finding['director']): Finding {
  const texts = {
    claim: `0 ${HOSTILE}`,
    headline: HOSTILE,
    scenarioText: `title: ${HOSTILE}`,
    console: HOSTILE,
  };
  return {
    ...sample,
    ...texts,
    ...{ number: at + 1, director, signature: `${HOSTILE} ${at}`, indices: [at] },
    scenario: { ...sample.scenario, title: HOSTILE },
    differences: sample.differences.map((each) => ({ ...each, where: HOSTILE, expected: HOSTILE })),
    steps: sample.steps.map((step) => ({
      ...step,
      says: HOSTILE,
      trace: step.trace.map((entry) => ({ ...entry, why: HOSTILE })),
    })),
  };
}
