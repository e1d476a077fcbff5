/**
 * Gives Node a `navigator.gpu` on Dawn. The software Vulkan driver is found where Debian installs it unless
 * VK_ICD_FILENAMES says otherwise. The object from create() stays referenced for the life of the process: once it is
 * collected, Dawn aborts.
 */
import { existsSync } from 'node:fs';
import { create, globals } from 'webgpu';
import { restWhileWaiting } from '../src/gpu/restWhileWaiting';

const LAVAPIPE = '/usr/share/vulkan/icd.d/lvp_icd.json';
if (!process.env['VK_ICD_FILENAMES'] && existsSync(LAVAPIPE)) process.env['VK_ICD_FILENAMES'] = LAVAPIPE;

Object.assign(globalThis, globals);
restWhileWaiting(globals);
const held = globalThis as { tesseraGpu?: GPU };
held.tesseraGpu ??= create([]);
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu: held.tesseraGpu, userAgent: 'node', hardwareConcurrency: 2 },
  configurable: true,
});
