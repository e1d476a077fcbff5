/** The configuration of a run of any system, as far as a run's file can say it. */
import type { RunConfig } from './config';
import { checkNextItemConfig, isNextItemConfig, type NextItemConfig, SYSTEM_NAMES } from './nextItemConfig';
import { checkSystemConfig, isUtgrec, type SystemConfig } from './systemConfig';

export type AnyConfig = SystemConfig | NextItemConfig;

export const isNextItem = (config: AnyConfig): config is NextItemConfig => isNextItemConfig(config);

/** Whether it has a tokenizer: what the pages of tokenizer and recommender show. */
export const isSystem = (config: AnyConfig): config is SystemConfig => !isNextItem(config);

/** TIGER or MTGRec. */
export const isResidual = (config: AnyConfig): config is RunConfig => isSystem(config) && !isUtgrec(config);

/** @param source file name for messages @throws ConfigError `config/field` naming the field, `config/shape` */
export const checkAnyConfig = (value: unknown, source: string): AnyConfig =>
  isNextItemConfig(value) ? checkNextItemConfig(value, source) : checkSystemConfig(value, source);

/** As a file has it, to be checked again when it is read. */
export function plainConfig(config: AnyConfig): object {
  if (!isNextItem(config)) return config;
  const { system: _, ...recommender } = config.recommender;
  return { ...config, recommender };
}

/** What a run's system is called. */
export function systemName(config: AnyConfig): string {
  if (isNextItem(config)) return SYSTEM_NAMES[config.system];
  if (isUtgrec(config)) return 'UTGRec';
  return config.multiIdentifier ? 'MTGRec' : 'TIGER';
}
