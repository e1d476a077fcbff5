/** An error as it travels to the window: typed ones with their code, a full disk as such, anything else as a defect. */
import { TesseraError } from '../base/errors';
import type { ErrorReport } from './protocol';

/** Any write may meet a full quota, also the small ones that nobody expects to. */
export const isQuotaExceeded = (error: unknown): boolean =>
  error instanceof Error && error.name === 'QuotaExceededError';

export function errorReport(error: unknown): ErrorReport {
  if (error instanceof TesseraError) return { code: error.code, message: error.message };
  if (isQuotaExceeded(error)) {
    const message =
      'storage: wanted to write, came a full disk or quota; delete domains or runs that you no longer need, then try again.';
    return { code: 'storage/quota', message };
  }
  console.error(error);
  return { code: 'defect', message: error instanceof Error ? error.message : String(error) };
}
