#!/usr/bin/env node
// The only plain JavaScript here: it must run, and say something useful, on a Node that cannot run the rest.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lvscheck needs Node.js 20.19 or newer; this is ${process.versions.node}`);
  process.exit(3);
}

// Node 22.18 and 24 read TypeScript by themselves, which saves a quarter of a second.
if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { main } = await import('./main.ts');
await main(process.argv);
