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
  readonly isDefaultLimits: boolean;
}
