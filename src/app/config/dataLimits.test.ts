import { describe, expect, it } from 'vitest';
import { problemWithData } from './dataLimits';
import { PRESETS } from './presets';
import { residualOf } from './system';

describe('problemWithData', () => {
  it('wants fewer components than there are items, and names the field', () => {
    const components = residualOf(PRESETS.test)?.encoder.components ?? 0;
    expect(components).toBeGreaterThan(1);
    expect(problemWithData(PRESETS.test, components + 1)).toBeNull();
    expect(problemWithData(PRESETS.test, components)).toMatchObject({ section: 'encoder', key: 'components' });
  });
  it('says nothing without data, nor of a system without components', () => {
    expect(problemWithData(PRESETS.test, null)).toBeNull();
    expect(problemWithData(PRESETS['utgrec-test'], 2)).toBeNull();
  });
});
