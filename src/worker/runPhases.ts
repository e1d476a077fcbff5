/**
 * The phases that a part of a run trains in, each with what decides how long one of its epochs takes. Two runs whose phases have
 * one key take the same time for an epoch of it, on the same data and adapter.
 */
import type { RunConfig } from '../train/config';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { hasPretraining } from './utgrecRuns';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

export const PARTS = ['tokenizer', 'recommender'] as const;
export type Part = (typeof PARTS)[number];

export interface Phase {
  /** Where its rows are logged: the run of the store, in the run's view, and the part. */
  readonly run: string;
  readonly part: Part;
  /** What decides the time of an epoch. */
  readonly key: string;
  /** All that are planned; fewer where patience ends one. */
  readonly epochs: number;
}

/** Numbers that change what a step computes, or how many there are, not how long one takes. */
const FREE_KEYS: ReadonlySet<string> = new Set([
  ...['epochs', 'learningRate', 'warmupSteps', 'weightDecay', 'clipNorm', 'patience'],
  ...['commitment', 'decay', 'keep', 'keepEvery'],
]);

const keyOf = (...shape: readonly unknown[]): string =>
  JSON.stringify(shape, (key, value: unknown) => (FREE_KEYS.has(key) ? undefined : value));

/** Of one part, in their order. */
export function phasesOf(config: SystemConfig, part: Part): readonly Phase[] {
  return isUtgrec(config) ? utgrecPhases(config, part) : [residualPhase(config, part)];
}

function residualPhase({ encoder, tokenizer, recommender, multiIdentifier }: RunConfig, part: Part): Phase {
  if (part === 'tokenizer')
    return { run: CURRENT_RUN, part, key: keyOf(part, encoder, tokenizer), epochs: tokenizer.epochs };
  // Whichever identifiers they read: an epoch of pre-training, of fine-tuning and of the baseline has the same steps.
  const { fineTuning = null, hasBaseline = false } = multiIdentifier ?? {};
  const candidates = fineTuning ? fineTuning.checkpoints.length * fineTuning.identifiers.length : 0;
  const epochs = recommender.epochs * (hasBaseline ? 2 : 1) + (fineTuning ? candidates * fineTuning.epochs : 0);
  return { run: CURRENT_RUN, part, key: keyOf(part, recommender, tokenizer.levels, tokenizer.codes), epochs };
}

function utgrecPhases({ tokenizer, recommender, transfer }: UtgrecConfig, part: Part): readonly Phase[] {
  const upstream = transfer && hasPretraining({ transfer }) ? transfer.pretraining : null;
  const downstream = transfer ? [transfer.downstream] : null;
  const { training, quantiser, ...model } = tokenizer;
  const tokenizerPhase = (domains: readonly string[] | null, recipe: typeof training, how: string): Phase => ({
    run: domains === upstream && upstream ? PRETRAINING_RUN : CURRENT_RUN,
    part: 'tokenizer',
    key: keyOf('utgrec tokenizer', how, domains, model, quantiser, recipe),
    epochs: recipe.epochs,
  });
  const recommenderPhase = (domains: readonly string[] | null, settings: typeof recommender): Phase => ({
    run: domains === upstream && upstream ? PRETRAINING_RUN : CURRENT_RUN,
    part: 'recommender',
    key: keyOf('utgrec recommender', domains, quantiser, settings),
    epochs: settings.epochs,
  });
  const settings = { ...recommender, ...transfer?.recommenderTraining };
  if (part === 'tokenizer') return [tokenizerPhase(upstream ?? downstream, training, 'all')];
  if (!transfer || !upstream) return [recommenderPhase(downstream, settings)];
  return [
    ...(transfer.recommenderIsPretrained ? [recommenderPhase(upstream, recommender)] : []),
    ...(transfer.tokenizer === 'none'
      ? []
      : [tokenizerPhase(downstream, transfer.tokenizerTraining, transfer.tokenizer)]),
    recommenderPhase(downstream, settings),
  ];
}
