import { defineConfig, type ViteUserConfig } from 'vitest/config'

/**
 * Workspace packages resolve to their TypeScript sources, so that a test run needs no build.
 * Naming conditions replaces Vite's own defaults, which is why they are repeated here.
 */
const conditions = ['@lockstep/source', 'module', 'node', 'development|production']

/** What every package's vitest.config.ts exports, alone or merged with what the package adds. */
export const baseConfig: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts'],
    passWithNoTests: true,
    // Native addons (koffi, onnxruntime-node) abort when two worker threads of one process load them.
    pool: 'forks',
    maxWorkers: 2,
    // What ends a test that hangs; one that runs may take long where others have the cores.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
  },
})
