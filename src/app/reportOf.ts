import { TesseraError } from '../base/errors';
import type { ErrorReport } from '../worker/protocol';

/** The report of anything thrown; what is no TesseraError is a defect. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof TesseraError) return { code: error.code, message: error.message };
  return { code: 'defect', message: error instanceof Error ? error.message : String(error) };
}
