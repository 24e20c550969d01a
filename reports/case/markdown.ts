import type { Origin } from '../../spec/config/topology.ts';
import { summarise } from '../../spec/wire/dissect.ts';
import type { ExportedCase, ExportedStep, KernelChange } from './exported.ts';

/** A bug report for a mailing list: what was set up, what happened packet by packet, what was expected. */
export function markdownReport(given: ExportedCase): string {
  const { kernel, changes, services, rules, routing, baseSysctls, sysctls, steps } = given;
  const { title, source, story, iptables, scenarioText } = given;
  const expected = steps.flatMap(({ expected: facts, says }, index) =>
    facts.map((fact) => `- step ${index + 1}, after ${code(says)}: ${inline(fact.says)}\n`),
  );
  const configuration = [
    ['ipvsadm-save -n', services],
    [`${iptables}-save`, rules],
    ['ip', routing],
    ['sysctl', [...baseSysctls, ...sysctls].map(({ name, value }) => `${name} = ${value}\n`).join('')],
  ] as const;
  return [
    `# ${inline(title)}\n`,
    story === undefined ? '' : `${inline(story)}\n`,
    source === undefined ? '' : `Source: ${inline(source)}\n`,
    `Reference: the model of lvs-conformance for kernel ${kernel}\n`,
    '## Configuration\n',
    ...configuration.filter(([, text]) => text !== '').map(([name, text]) => `${name}:\n\n${fenced(text)}`),
    '## Packets\n',
    fenced(ladder(steps)),
    ...(expected.length > 0 ? ['## Expected\n', expected.join('')] : []),
    ...(changes.length > 0 ? ['## Other kernels\n', changes.map(otherKernels).join('')] : []),
    '## Reproduce\n',
    'Save this as `case.yaml`; `lvscheck replay case.yaml --kernel 6.12` plays it on that kernel.\n',
    fenced(scenarioText),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function otherKernels({ id, says, since, present }: KernelChange): string {
  const which = present ? 'without' : 'with';
  return `- ${which} \`${id}\` (since ${since}) other packets come out: ${inline(says)}\n`;
}

const WIDTH = 100;

/** Clients on the left, real servers on the right, the director between them. */
function ladder(steps: readonly ExportedStep[]): string {
  const heads = `client${'director'.padStart(WIDTH / 2)}${'real server'.padStart(WIDTH / 2 - 6)}\n`;
  return (
    heads +
    steps
      .map((step, index) =>
        stepLines(step, index + 1)
          .map((line) => `${line}\n`)
          .join(''),
      )
      .join('')
  );
}

/** Where a frame comes from; what the director sends itself begins between the two. */
const ARROWS: Readonly<Record<Origin, string>> = { client: '|-->|', server: '    |<--|', director: '    o' };

function stepLines({ waitMs, command, sent, emitted, says }: ExportedStep, number: number): string[] {
  const head = `${number}. `;
  if (command) return [`${head}# ${command.join(' ')}`];
  if (!sent) return [`${head}... ${waitMs} ms`];
  const out = emitted.map(({ link, frame }) =>
    link === 'client' ? `   |<--| ${summarise(frame)}` : `       |-->| ${summarise(frame)}`,
  );
  return [
    `${head}${says}`,
    `   ${ARROWS[sent.link]} ${summarise(sent.frame)}`,
    ...(out.length > 0 ? out : ['       x  nothing leaves the director']),
  ];
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}\n`;
}

/** A text within a line, as it is: between as many ticks as it has nowhere. */
function code(text: string): string {
  const ticks = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const blank = ticks.length > 1 ? ' ' : '';
  return `${ticks}${blank}${text.replace(/\s+/g, ' ')}${blank}${ticks}`;
}

/** One line, in which nothing means anything to Markdown or HTML. */
function inline(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#]/g, '\\$&');
}
