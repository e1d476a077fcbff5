/** Which run a training goes into, and the right to train it. */
import { ConfigError, UnsupportedError } from '../base/errors';
import type { Dataset } from '../data/dataset';
import { lockRun, openBrowserRunStore } from '../storage/browserRunStore';
import { createMemoryRunStore } from '../storage/recordRunStore';
import type { RunRecord, RunStore } from '../storage/runStore';
import { checkAnyConfig, isSystem } from '../train/anyConfig';
import { isUtgrec, type SystemConfig } from '../train/systemConfig';
import type { WorkerEvent } from './protocol';
import { restoredRun, tokenizerPartOf } from './restoredRuns';
import type { RunRegistry } from './runRegistry';
import { putTokenizerParts, tokenizerParts } from './tokenizerParts';
import { hasPretraining } from './utgrecRuns';
import { CURRENT_RUN, PRETRAINING_RUN, recallConfig } from './workspace';

type Part = 'tokenizer' | 'recommender';

/** Parts of a run that its recommender does not touch. */
const TOKENIZER_FILES: ReadonlySet<string> = new Set(['embeddings', 'latents', 'tokenizer']);

/**
 * Takes the exclusive right to train in this browser: there is one GPU. The name is that of the first version's only run,
 * so that a tab with the older program counts as well.
 * @throws ConflictError `storage/locked` if another tab trains
 */
export const lockTrainer = (): Promise<() => void> => lockRun(CURRENT_RUN);

/** Tells other tabs which run is training. The trainer's lock is held. */
export async function lockOwnRun(id: string): Promise<() => void> {
  return id === CURRENT_RUN ? () => undefined : lockRun(id);
}

/**
 * Shows the run that trains `config`: the one that was started so, which goes on; else a new one. A recommender starts from the
 * shown run's tokenizer: in that run while it has no recommender, else in a copy.
 * @throws ConfigError `worker/no-tokenizer`, `worker/other-tokenizer`
 */
export async function showRunFor(
  registry: RunRegistry,
  part: Part,
  config: SystemConfig,
  dataset: Dataset,
  name?: string,
): Promise<string> {
  const text = JSON.stringify(config);
  const shown = registry.shownId === null ? null : await registry.find(registry.shownId);
  const isShown = shown?.config === text && shown.dataHash === dataset.contentHash && shown.source !== 'shipped';
  if (shown && isShown) return shown.id;
  if (part === 'tokenizer') {
    const same = await registry.findSame(text, dataset.contentHash);
    return show(registry, same?.id ?? (await create(registry, config, dataset, name)));
  }
  const view = registry.view();
  const current = await recallConfig(view, dataset);
  if (!current || !shown)
    throw new ConfigError(
      'worker/no-tokenizer',
      'train a recommender: there is no tokenizer for this data set yet; train one first.',
    );
  if (tokenizerPartOf(current) !== tokenizerPartOf(config))
    throw new ConfigError(
      'worker/other-tokenizer',
      'train a recommender: the tokenizer was trained with another configuration; train it again first.',
    );
  const same = await registry.findSame(text, dataset.contentHash);
  if (same && (await hasRecommender(registry.view(same.id)))) return show(registry, same.id);
  if (shown.source !== 'shipped' && !(await hasRecommender(view))) {
    await registry.update(shown.id, { config: text });
    return shown.id;
  }
  const parts = await tokenizerParts(view);
  const id = await create(registry, config, dataset, name);
  await putTokenizerParts(registry.view(id), parts);
  return show(registry, id);
}

/**
 * A run that has not begun takes over the finished tokenizer of another run with the same seed and settings on the same data:
 * training it again would give the same codes.
 */
export async function adoptTokenizer(
  registry: RunRegistry,
  id: string,
  config: SystemConfig,
  dataset: Dataset,
): Promise<void> {
  const own = registry.view(id);
  for (const part of [CURRENT_RUN, PRETRAINING_RUN]) if ((await own.listCheckpoints(part)).length > 0) return;
  const wanted = tokenizerKey(config);
  for (const donor of await registry.list()) {
    if (donor.id === id || donor.dataHash !== dataset.contentHash) continue;
    const known = checkAnyConfig(JSON.parse(donor.config), 'stored run');
    if (!isSystem(known) || tokenizerKey(known) !== wanted) continue;
    const { tokenizer } = await restoredRun(registry.view(donor.id), known, dataset);
    if (tokenizer.isDone) return putTokenizerParts(own, await tokenizerParts(registry.view(donor.id)));
  }
}

/** What decides the codes of the tokenizer step: its settings, and the domain where it starts on the downstream one. */
const tokenizerKey = (config: SystemConfig): string =>
  tokenizerPartOf(config) +
  (isUtgrec(config) && config.transfer && !hasPretraining(config) ? config.transfer.downstream : '');

/** Whether its recommender was ever started. */
async function hasRecommender(view: RunStore): Promise<boolean> {
  const files = [...(await view.listCheckpoints(CURRENT_RUN)), ...(await view.listCheckpoints(PRETRAINING_RUN))];
  if (files.some(({ name }) => !TOKENIZER_FILES.has(name))) return true;
  return (await view.listEvaluations(CURRENT_RUN)).length > 0;
}

const create = (registry: RunRegistry, config: SystemConfig, data: Dataset, name?: string): Promise<string> =>
  registry.create({
    config: JSON.stringify(config),
    data,
    source: 'trained',
    ...(name === undefined ? {} : { name }),
    hasUpstream: isUtgrec(config) && hasPretraining(config),
  });

async function show(registry: RunRegistry, id: string): Promise<string> {
  await registry.show(id);
  return id;
}

/** @throws what opening the browser's store does, except that it offers none */
export async function openStore(): Promise<RunStore> {
  try {
    return await openBrowserRunStore();
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    console.warn(`${error.message} Runs are kept in memory only.`);
    return createMemoryRunStore();
  }
}

/** What the list says of a run after a job. */
export function statusAfter(event: Extract<WorkerEvent, { kind: 'finished' | 'failed' }>): RunRecord['status'] {
  if (event.kind === 'failed') return event.error.code === 'gpu/lost' ? 'interrupted' : 'failed';
  if (event.outcome === 'stopped') return 'paused';
  return event.run === 'tokenizer' ? 'tokenized' : 'finished';
}
