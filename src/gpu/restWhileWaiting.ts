/** Longest rest between two looks, ms: a wait is noticed at most this late. */
const LONGEST_REST_MS = 1;

/** A rest is this share of the wait so far, so short waits on a fast GPU are noticed at once. */
const REST_SHARE = 0.05;

/**
 * Lets the processor rest while the GPU works. Dawn's binding for Node looks for finished work in a loop of `setImmediate`
 * as long as any of its promises is open, which keeps one core busy for nothing; a software adapter computes on
 * the same cores. After this call each turn of that loop sleeps for a twentieth of the wait so far, at most 1 ms.
 *
 * @param globals Dawn's classes; their prototypes are changed, once
 */
export function restWhileWaiting(globals: object): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let open = 0;
  let isTicking = false;
  let since = 0;
  const tick = (): void => {
    if (open === 0) {
      isTicking = false;
      return;
    }
    const rest = Math.min(LONGEST_REST_MS, (performance.now() - since) * REST_SHARE);
    if (rest > 0.02) Atomics.wait(cell, 0, 0, rest);
    setImmediate(tick);
  };
  const settled = (): void => {
    open--;
    since = performance.now();
  };
  const watch = (promise: Promise<unknown>): void => {
    if (open++ === 0) since = performance.now();
    promise.then(settled, settled);
    if (!isTicking) {
      isTicking = true;
      setImmediate(tick);
    }
  };
  for (const [className, method] of WAITS) {
    const { prototype } = Reflect.get(globals, className);
    const original = Reflect.get(prototype, method);
    Reflect.set(prototype, method, function (this: unknown, ...args: unknown[]) {
      const promise = Promise.resolve(Reflect.apply(original, this, args));
      watch(promise);
      return promise;
    });
  }
}

const WAITS = [
  ['GPUBuffer', 'mapAsync'],
  ['GPUQueue', 'onSubmittedWorkDone'],
  ['GPUDevice', 'createComputePipelineAsync'],
] as const;
