// `npm test`: everything, on a fresh clone: packages, browsers and the software Vulkan driver are installed where that is
// possible, then every stage runs. `npm test -- --only unit,firefox` runs the stages whose names contain one of the words.
import { parseArgs } from 'node:util';
import { installPackages, requireNode } from './setup/packages.mjs';
import { prepareTestMachine } from './setup/testMachine.mjs';

requireNode();
const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const isReady = installPackages() && prepareTestMachine();
if (!isReady) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { GPU_STAGES, QUICK_STAGES, runStages } = await import('./stages.mjs');
const words = options.only.toLowerCase().split(',');
const stages = [...QUICK_STAGES, ...GPU_STAGES].filter(({ name }) =>
  words.some((word) => name.toLowerCase().includes(word)),
);
if (stages.length === 0) {
  console.error(
    `npm test: no stage is called like "${options.only}"; there are: ${[...QUICK_STAGES, ...GPU_STAGES].map(({ name }) => name).join('; ')}.`,
  );
  process.exit(2);
}
process.exitCode = (await runStages(stages)) ? 0 : 1;
