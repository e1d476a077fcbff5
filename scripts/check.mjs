// `npm run check`: what to run before each commit, in under two minutes: generated code, format, lint, types, import
// ranks, file sizes, unit tests. No GPU and no browser.
import { installPackages, requireNode } from './setup/packages.mjs';

requireNode();
if (!installPackages()) process.exit(1);
const { QUICK_STAGES, runStages } = await import('./stages.mjs');
process.exitCode = (await runStages(QUICK_STAGES)) ? 0 : 1;
