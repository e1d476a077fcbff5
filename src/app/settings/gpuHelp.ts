/** How to get WebGPU, by browser and by what is wrong. */

interface BrowserHelp {
  readonly browser: string;
  readonly since: string;
  readonly steps: readonly string[];
}

export const GPU_HELP: readonly BrowserHelp[] = [
  {
    browser: 'Chrome, Edge',
    since: 'Windows, macOS, ChromeOS, Android: on by default since 113',
    steps: [
      'Update the browser and restart it.',
      'Settings › System: switch on “Use graphics acceleration when available”.',
      'Open chrome://gpu and look for the line WebGPU. If it says “disabled”, the graphics driver is on a block list: update the driver.',
    ],
  },
  {
    browser: 'Chrome on Linux',
    since: 'not on by default on every distribution',
    steps: [
      'Install the Vulkan driver of your card (mesa-vulkan-drivers, or NVIDIA’s own).',
      'Open chrome://flags and enable “Unsafe WebGPU Support” and “Vulkan”; restart.',
      'No GPU? Start with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader: slow, but everything runs.',
    ],
  },
  {
    browser: 'Firefox',
    since: 'Windows since 141, macOS on Apple silicon since 145',
    steps: [
      'Update Firefox.',
      'On Linux: open about:config and set dom.webgpu.enabled and gfx.webgpu.ignore-blocklist to true; restart.',
    ],
  },
  {
    browser: 'Safari',
    since: 'macOS, iOS and iPadOS 26',
    steps: ['Update the system to version 26: WebGPU is on by default.', 'On macOS 15 or earlier use Chrome or Edge.'],
  },
];

/**
 * Tells the causes apart: what the window itself can see, and what the worker `reported`. (A fallback adapter is no problem
 * of this kind: it works, and is shown as slow.)
 */
export function gpuProblem(
  isSecure: boolean,
  hasApi: boolean,
  reported: string | null,
): { readonly title: string; readonly advice: string } {
  if (!isSecure)
    return {
      title: 'The page did not come over a secure connection',
      advice:
        'Browsers offer WebGPU only to pages from https: or from localhost. Open the page by https, or serve it on this machine with npm start.',
    };
  if (!hasApi)
    return {
      title: 'The browser has no WebGPU, or it is switched off',
      advice: 'Find your browser below. A recent Chrome or Edge on Windows or macOS works as it comes.',
    };
  if (reported?.includes('refused a device'))
    return {
      title: 'There is an adapter, but it refused to work for this page',
      advice:
        'The line below says what it could not give. Restart the browser: after a crash of the graphics driver pages are refused until then. If it comes again, update the driver.',
    };
  return {
    title: 'WebGPU is there, but no adapter answered',
    advice:
      'The browser found no usable graphics driver: update it, switch graphics acceleration on, close other pages that use the GPU, and reload.',
  };
}
