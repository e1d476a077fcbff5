import { defineConfig } from 'vitest/config';

// Two projects: `unit` needs no GPU; `gpu` runs on Dawn with the software Vulkan driver (test/gpuSetup.ts).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'test/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', '**/node_modules/**'],
          setupFiles: ['test/propertySeed.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'gpu',
          environment: 'node',
          include: ['src/**/*.gpu.test.ts', 'test/**/*.gpu.test.ts'],
          globalSetup: [],
          setupFiles: ['test/gpuSetup.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
