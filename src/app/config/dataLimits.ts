/** What the open data set allows of the configuration, said at the field before a start is refused for it. */
import type { SystemConfig } from '../../worker/protocol';
import type { Section } from './sections';
import { residualOf } from './system';

export interface FieldProblem {
  readonly section: Section;
  readonly key: string;
  readonly problem: string;
}

/** The first field that does not fit the data, or null. The same rule as train/itemVectors.ts, which has the last word. */
export function problemWithData(config: SystemConfig, itemCount: number | null): FieldProblem | null {
  const components = residualOf(config)?.encoder.components;
  if (itemCount === null || components === undefined || components < itemCount) return null;
  return {
    section: 'encoder',
    key: 'components',
    problem: `Fewer than the ${itemCount} items of this data set`,
  };
}
