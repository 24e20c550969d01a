import { html } from 'hono/html';
import type { Difference, Finding, StepRecord } from '../../harness/outcome.ts';
import type { LinkName } from '../../spec/config/topology.ts';
import type { Observation } from '../../spec/observation.ts';
import type { TraceEntry } from '../../spec/trace.ts';
import { stepId } from './ids.ts';
import { FAR_END, frameLine, withNames } from './names.ts';
import type { Html } from './template.ts';

/**
 * Who sent what when: clients on the left, real servers on the right, the director between them. Up to the last step
 * both sides did the same, so the ladder parts only there.
 */
export function ladder(finding: Finding): Html {
  const start = finding.steps[0]?.model.jiffies ?? 0;
  const last = finding.steps.length - 1;
  const steps = finding.steps.map((step, index) => {
    const seconds = ((step.model.jiffies - start) / finding.director.hz).toFixed(3);
    const differs = index === last;
    return html`<li class="${differs ? 'step differs' : 'step'}" id="${stepId(finding, index)}">
<p class="at"><span class="time">${seconds} s</span> <b>${index === 0 ? 'set-up' : `step ${index}`}</b> ${
      index === 0 ? '' : html`<code>${step.says}</code>`
    }${differs ? html` <strong class="flag">first difference</strong>` : ''}</p>
${differs ? partedStep(finding, step) : commonStep(step)}</li>\n`;
  });
  return html`<section><h3>Packet ladder</h3>
<div class="ladder"><p class="heads" aria-hidden="true"><span>client</span><span>director</span><span>real servers</span></p>
<ol>${steps}</ol></div></section>`;
}

function commonStep(step: StepRecord): Html {
  const { emitted, refused } = step.model;
  if (!step.sent && emitted.length === 0 && !refused) return html``;
  return html`<div class="lanes">${arrowIn(step)}${hooks(step.trace)}${arrowsOut(step.model, [])}</div>`;
}

function partedStep(finding: Finding, step: StepRecord): Html {
  const { reference, director, differences } = finding;
  return html`${step.sent ? html`<div class="lanes">${arrowIn(step)}</div>` : ''}<div class="sides">
${side('expected', reference, step.model, differences, step.trace)}
${side('actual', director.name, step.director, differences, [])}</div>`;
}

type Side = 'expected' | 'actual';

function side(
  which: Side,
  who: string,
  observed: Observation,
  differences: readonly Difference[],
  trace: readonly TraceEntry[],
): Html {
  const marked = differences.filter(({ observable }) => observable === 'frames');
  const rest = differences.filter(({ observable }) => observable !== 'frames');
  return html`<div class="side ${which}"><h4>${which}: ${who}</h4><div class="lanes">
${hooks(trace)}${arrowsOut(observed, marked, which)}</div>${rest.length === 0 ? '' : verdicts(rest, which)}</div>`;
}

const MOST_VERDICTS = 6;

function verdicts(differences: readonly Difference[], which: Side): Html {
  const rows = differences
    .slice(0, MOST_VERDICTS)
    .map(
      (each) =>
        html`<li>${withNames(each.where)}${each.field === 'row' ? '' : `, ${each.field}`}: <b>${withNames(each[which])}</b></li>`,
    );
  const more = differences.length - rows.length;
  return html`<ul class="verdicts">${rows}${more > 0 ? html`<li>and ${more} more</li>` : ''}</ul>`;
}

function arrowIn({ sent }: StepRecord): Html {
  if (!sent) return html``;
  const line = html`${frameLine(sent.frame)}`;
  if (sent.link === 'director') return html`<p class="own">the director sends <code>${line}</code></p>`;
  return arrow(sent.link, 'in', line, '');
}

function arrowsOut({ emitted, refused }: Observation, marked: readonly Difference[], which?: Side): Html {
  if (refused) return html`<p class="nothing">the command is refused</p>`;
  if (emitted.length === 0)
    return marked.length > 0 || which ? html`<p class="nothing">nothing leaves the director</p>` : html``;
  const arrows = emitted.map(({ link, frame }, index) => {
    const here = marked.filter(({ where }) => where.startsWith(`emitted frame ${index + 1} `));
    const fields = here.filter(({ field }) => field !== 'row');
    const notes = which && fields.map((each) => html` <b>${each.field} ${withNames(each[which])}</b>`);
    return arrow(link, 'out', html`${frameLine(frame)}${notes ?? ''}`, here.length > 0 ? ' differs' : '');
  });
  return html`${arrows}`;
}

function arrow(link: LinkName, way: 'in' | 'out', label: Html, extra: string): Html {
  const [from, to] = way === 'in' ? [FAR_END[link], 'director'] : ['director', FAR_END[link]];
  return html`<p class="arrow ${link} ${way}${extra}"><span class="vh">${from} to ${to}: </span>${label}</p>`;
}

/** The stations of the director as a line of small labels; the why of each stands on its label. */
function hooks(trace: readonly TraceEntry[]): Html {
  if (trace.length === 0) return html``;
  const stations = trace.map(({ hook, station, verdict, why }) => {
    const kind = verdict === 'NF_DROP' ? 'drop' : verdict === 'NF_STOLEN' ? 'stolen' : '';
    const where = hook.replace('NF_INET_', '');
    return html`<li class="${kind}" title="${why}"><span class="hook">${where}</span> ${station}${verdict ? html` <b>${verdict}</b>` : ''}</li>`;
  });
  return html`<ul class="hooks">${stations}</ul>`;
}
