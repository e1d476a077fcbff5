/** Kernels chosen for real GPUs, checked on whatever adapter there is: the rows whose lowering asks whether it is software. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpuDevice } from '../../src/gpu/device';
import { Engine } from '../../src/plan/engine';
import { attentionRows } from './rows/attention';
import { beamRows } from './rows/beam';
import { crossEntropyRows } from './rows/crossEntropy';
import { elementwiseRows } from './rows/elementwise';
import { embeddingRows } from './rows/embedding';
import { halfRows } from './rows/half';
import { infoNceRows } from './rows/infoNce';
import { moveRows } from './rows/move';
import { normRows } from './rows/norm';
import { checkCase } from './runner';

describe('op table (as on a hardware adapter)', () => {
  let engine: Engine;
  beforeAll(async () => {
    const device = await GpuDevice.acquire(navigator.gpu);
    Object.defineProperty(device, 'profile', { value: { ...device.profile, isSoftware: false } });
    engine = new Engine(device);
  });
  afterAll(() => {
    expect(engine.device.uncapturedErrors).toEqual([]);
    engine.dispose();
    engine.device.dispose();
  });
  const rows = [
    ...beamRows,
    ...normRows,
    ...crossEntropyRows,
    ...attentionRows,
    ...halfRows,
    ...infoNceRows,
    ...elementwiseRows,
    ...embeddingRows,
    ...moveRows,
  ];
  for (const row of rows)
    for (const opCase of row.cases)
      it(opCase.name, async () => {
        expect(await checkCase(engine, opCase)).toEqual([]);
      });
});
