/**
 * The ablations of the two papers on a configuration of the user's own. What an ablation switches is read out of the shipped files:
 * a file of models/…/ablations/ differs from its base file in exactly those fields, and these are set in the user's configuration.
 */
import singleIdentifier from '../../../models/mtgrec/ablations/singleIdentifier.json';
import spacedEpochs from '../../../models/mtgrec/ablations/spacedEpochs.json';
import temperatureTenth from '../../../models/mtgrec/ablations/temperatureTenth.json';
import tenTokenizers from '../../../models/mtgrec/ablations/tenTokenizers.json';
import uniform from '../../../models/mtgrec/ablations/uniform.json';
import withoutFineTuning from '../../../models/mtgrec/ablations/withoutFineTuning.json';
import mtgrecBase from '../../../models/mtgrec/sample.json';
import frozenTokenizer from '../../../models/utgrec/ablations/frozenTokenizer.json';
import fullTokenizerFineTuning from '../../../models/utgrec/ablations/fullTokenizerFineTuning.json';
import independentCodebooks from '../../../models/utgrec/ablations/independentCodebooks.json';
import recommenderFromScratch from '../../../models/utgrec/ablations/recommenderFromScratch.json';
import withoutAlignment from '../../../models/utgrec/ablations/withoutAlignment.json';
import withoutPositiveReconstruction from '../../../models/utgrec/ablations/withoutPositiveReconstruction.json';
import withoutPretraining from '../../../models/utgrec/ablations/withoutPretraining.json';
import utgrecBase from '../../../models/utgrec/transfer.json';
import type { SystemConfig } from '../../worker/protocol';
import { type ConfigDifference, configDifferences } from '../config/configPaths';
import { methodOf } from '../config/presets';

export interface Ablation {
  readonly title: string;
  readonly switches: readonly ConfigDifference[];
  /** The configuration with the switches set; null where it lacks the part that they belong to. */
  readonly config: SystemConfig | null;
}

const MTGREC_TITLES: readonly (readonly [file: object, title: string])[] = [
  [uniform, 'uniform sampling of tokenizers'],
  [withoutFineTuning, 'without fine-tuning'],
  [spacedEpochs, 'tokenizers of spaced epochs'],
  [temperatureTenth, 'temperature 0.1'],
  [tenTokenizers, 'ten tokenizers'],
  [singleIdentifier, 'one identifier'],
];
/** In the order of the paper's Table 3; the files have its numbers in their names. */
const UTGREC_FILES = [
  independentCodebooks,
  withoutAlignment,
  withoutPositiveReconstruction,
  frozenTokenizer,
  fullTokenizerFineTuning,
  recommenderFromScratch,
  withoutPretraining,
];

/** Those of the configuration's method; none for TIGER, which is a baseline of both papers. */
export function ablationsOf(config: SystemConfig): readonly Ablation[] {
  const method = methodOf(config);
  if (method === 'utgrec') return UTGREC_FILES.map((file) => ablation(config, utgrecBase, file, file.name));
  if (method === 'mtgrec') return MTGREC_TITLES.map(([file, title]) => ablation(config, mtgrecBase, file, title));
  return [];
}

function ablation(config: SystemConfig, base: object, file: object, title: string): Ablation {
  // Every ablation file leaves the baseline out that its base file trains beside: that is no switch of the paper.
  const switches = configDifferences(base, file).filter(({ path }) => path !== 'multiIdentifier.hasBaseline');
  return { title, switches, config: switched(config, switches) };
}

function switched(config: SystemConfig, switches: readonly ConfigDifference[]): SystemConfig | null {
  let next: SystemConfig | null = config;
  for (const { path, to } of switches) next = next && withValue(next, path.split('.'), to);
  return next;
}

/** The same configuration with one field replaced; null if it has no such field. */
function withValue<T extends object>(part: T, [key, ...rest]: readonly string[], value: unknown): T | null {
  if (key === undefined || !(key in part)) return null;
  const old: unknown = Reflect.get(part, key);
  if (rest.length === 0) return { ...part, [key]: value };
  if (typeof old !== 'object' || old === null) return null;
  const inner = withValue(old, rest, value);
  return inner && { ...part, [key]: inner };
}
