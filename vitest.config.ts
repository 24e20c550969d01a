import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{spec,harness,generators,suites,reports}/**/*.{test,spec}.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'threads',
    // Of two cores the default would use one: a test that waits for QEMU leaves the other idle.
    maxWorkers: '100%',
  },
});
