/** A failure as it crosses between worker and window. */
export interface ErrorReport {
  /** Stable code of base/errors.ts, or `defect`. */
  readonly code: string;
  readonly message: string;
}
