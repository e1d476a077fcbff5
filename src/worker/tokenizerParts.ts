/** What a tokenizer left in the store, to be carried over when only the recommender's part of a configuration changes. */
import type { RunStore } from '../storage/runStore';
import type { StoredSnapshot } from '../train/runFolder';
import { storedRows, storedSnapshots, storeSink } from './storeSink';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

const TOKENIZER_ROLES = ['embeddings', 'latents', 'tokenizer'] as const;
type TokenizerRole = (typeof TOKENIZER_ROLES)[number];

interface TokenizerParts {
  readonly run: string;
  readonly checkpoints: readonly (readonly [TokenizerRole, Uint8Array])[];
  readonly rows: Awaited<ReturnType<typeof storedRows>>;
  readonly snapshots: readonly StoredSnapshot[];
}

/** Of the tokenizer step: pre-trained where the run transfers, else the run's only one. */
export async function tokenizerParts(store: RunStore): Promise<TokenizerParts[]> {
  const parts: TokenizerParts[] = [];
  for (const run of (await store.getRun(PRETRAINING_RUN)) ? [PRETRAINING_RUN] : [CURRENT_RUN]) {
    const sink = storeSink(store, run, Date.now);
    const checkpoints: (readonly [TokenizerRole, Uint8Array])[] = [];
    for (const role of TOKENIZER_ROLES) {
      const file = await sink.loadCheckpoint(role);
      if (file) checkpoints.push([role, file]);
    }
    const rows = (await storedRows(store, run)).filter((row) => row.run === 'tokenizer');
    parts.push({ run, checkpoints, rows, snapshots: await storedSnapshots(store, run) });
  }
  return parts;
}

export async function putTokenizerParts(store: RunStore, parts: readonly TokenizerParts[]): Promise<void> {
  for (const { run, checkpoints, rows, snapshots } of parts) {
    const sink = storeSink(store, run, Date.now);
    for (const [role, file] of checkpoints) await sink.saveCheckpoint(role, file);
    await sink.appendRows(rows);
    for (const { step, levels, codes } of snapshots) await sink.saveSnapshot(step, levels, codes);
  }
}
