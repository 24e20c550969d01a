import { program } from '../../harness/cli/program.js';

await import(await program('suites/sensitivity/main.ts'));
