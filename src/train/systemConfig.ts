/** A run's configuration whatever its system: TIGER and MTGRec share one form, UTGRec has its own. */
import { checkRunConfig, type RunConfig } from './config';
import { checkUtgrecConfig, isUtgrecConfig, type UtgrecConfig } from './utgrecConfig';

export type SystemConfig = RunConfig | UtgrecConfig;

export const isUtgrec = (config: SystemConfig): config is UtgrecConfig => 'system' in config;

/** @param source file name for messages @throws ConfigError `config/field` naming the field, `config/shape` */
export const checkSystemConfig = (value: unknown, source: string): SystemConfig =>
  isUtgrecConfig(value) ? checkUtgrecConfig(value, source) : checkRunConfig(value, source);
