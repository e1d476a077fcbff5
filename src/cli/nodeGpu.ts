import { create, globals } from 'webgpu';
import { restWhileWaiting } from '../gpu/restWhileWaiting';

/**
 * Dawn's GPU object for Node. It must stay referenced for the life of the process: once it is collected, Dawn aborts. The
 * Vulkan loader finds the adapters; VK_ICD_FILENAMES narrows them (e.g. to Mesa's software driver).
 */
const held = globalThis as { tesseraGpu?: GPU };

export function nodeGpu(): GPU {
  if (!held.tesseraGpu) {
    Object.assign(globalThis, globals);
    restWhileWaiting(globals);
    held.tesseraGpu = create([]);
  }
  return held.tesseraGpu;
}

/** Lets the process end: Dawn's threads would keep it alive. */
export function releaseNodeGpu(): void {
  delete held.tesseraGpu;
}
