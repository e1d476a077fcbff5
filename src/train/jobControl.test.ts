import { describe, expect, it } from 'vitest';
import { JobControl } from './jobControl';

/** A loop as the jobs have it: counts its steps until it is stopped. */
function loop(control: JobControl): { readonly steps: () => number; readonly ended: Promise<unknown> } {
  let steps = 0;
  const run = async (): Promise<void> => {
    for (;;) {
      await control.breathe();
      steps++;
      await settled();
    }
  };
  return { steps: () => steps, ended: run().catch((error: unknown) => error) };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await settled();
};

describe('JobControl', () => {
  it('lets a paused loop do one step at a time', async () => {
    const control = new JobControl();
    control.pause();
    const { steps, ended } = loop(control);
    await turns();
    expect(steps()).toBe(0);
    for (const wanted of [1, 2]) {
      control.step();
      await turns();
      expect(steps()).toBe(wanted);
      expect(control.isPaused).toBe(true);
    }
    control.resume();
    await turns();
    expect(steps()).toBeGreaterThan(3);
    control.stop();
    expect(await ended).toMatchObject({ code: 'job/stopped' });
  });

  it('ends a paused loop on stop, and does not step one that runs', async () => {
    const control = new JobControl();
    control.step();
    expect(control.isPaused).toBe(false);
    control.pause();
    const { steps, ended } = loop(control);
    control.stop();
    expect(await ended).toMatchObject({ code: 'job/stopped' });
    expect(steps()).toBe(0);
  });
});
