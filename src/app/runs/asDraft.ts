import type { RunInfo, SystemConfig } from '../../worker/protocol';

/** A run's configuration to be edited and started anew; null for systems that the page cannot train. */
export function asDraft({ config }: Pick<RunInfo, 'config'>): SystemConfig | null {
  if ('tokenizer' in config) return config;
  return null;
}
