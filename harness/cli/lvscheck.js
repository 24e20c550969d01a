#!/usr/bin/env node
// Plain JavaScript, because it must run, and say something useful, on a Node that cannot run the rest.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lvscheck needs Node.js 20.19 or newer; this is ${process.versions.node}`);
  process.exit(3);
}

const { program } = await import('./program.js');
const { main } = await import(await program('harness/cli/main.ts'));
await main(process.argv);
