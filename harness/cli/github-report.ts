import { appendFileSync } from 'node:fs';
import { githubAnnotations, githubSummary } from '../../reports/github.ts';
import type { Run } from '../outcome.ts';

/** On GitHub's runners the findings are noted beside the job, and its page shows the matrix. Elsewhere: nothing. */
export function reportToGithub(run: Run, environment: NodeJS.ProcessEnv = process.env): void {
  if (environment.GITHUB_ACTIONS !== 'true') return;
  process.stdout.write(githubAnnotations(run));
  const page = environment.GITHUB_STEP_SUMMARY;
  if (page) appendFileSync(page, githubSummary(run));
}
