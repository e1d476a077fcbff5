import type { ResultsRequest } from '../train/results';

/** What a table of results shows, and how. */
export interface TableRequest extends ResultsRequest {
  readonly format: string;
}

/** What the flags of a command line say; empty texts and nulls where a flag was left out. */
export interface CliOptions {
  readonly data: string;
  /** `<folder>` or `<folder>:<domain>,…` instead of `data`. */
  readonly workspace: string;
  /** Memory for sequences in training, MB; null = default. */
  readonly windowMegabytes: number | null;
  readonly out: string;
  readonly isJson: boolean;
  readonly beamWidth: number | null;
  readonly maxSteps: number | null;
  /** Evaluate without the trie. */
  readonly isFree: boolean;
  /** Seed instead of the configuration's. */
  readonly seed: number | null;
  /** Files of codes instead of training a tokenizer. */
  readonly identifiers: readonly string[];
  readonly isDefaultLimits: boolean;
  /** ONNX file of the picture encoder for UTGRec's latents. */
  readonly vaeEncoder: string;
  /** How `evaluate` and `compare` print their table; null for the short table of a training. */
  readonly table: TableRequest | null;
}
