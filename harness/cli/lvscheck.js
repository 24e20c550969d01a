#!/usr/bin/env node
// Plain JavaScript, because it must run, and say something useful, on a Node that cannot run the rest.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lvscheck needs Node.js 20.19 or newer; this is ${process.versions.node}`);
  process.exit(3);
}

const { main } = await import(await program());
await main(process.argv);

/** Node 22.18 and 24 read TypeScript by themselves; for others it is made JavaScript, once or, if that fails, now. */
async function program() {
  if (process.features.typescript) return './main.ts';
  const { bundle } = await import('./bundle.js');
  const bundled = await bundle();
  if (bundled) return bundled;
  const { register } = await import('tsx/esm/api');
  register();
  return './main.ts';
}
