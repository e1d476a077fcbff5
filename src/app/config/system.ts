/** Which system a configuration is for: TIGER and MTGRec share one form, UTGRec has its own. */
import type { RunConfig, SystemConfig, UtgrecConfig } from '../../worker/protocol';

export const isUtgrec = (config: SystemConfig): config is UtgrecConfig => 'system' in config;

/** The configuration of an RQ-VAE tokenizer's run; null for UTGRec's. */
export const residualOf = (config: SystemConfig): RunConfig | null => (isUtgrec(config) ? null : config);

/** True where an item has several identifiers (MTGRec). */
export const isForMany = (config: SystemConfig): boolean => residualOf(config)?.multiIdentifier !== undefined;
