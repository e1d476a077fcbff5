import { afterEach, describe, expect, it, vi } from 'vitest';
import { FormatError } from '../base/errors';
import { errorReport } from './errorReport';

describe('errorReport', () => {
  afterEach(() => vi.restoreAllMocks());

  it('keeps code and words of a typed error', () => {
    expect(errorReport(new FormatError('json/syntax', 'a.json: no'))).toEqual({
      code: 'json/syntax',
      message: 'a.json: no',
    });
  });

  it('knows a full disk, whoever met it', () => {
    const report = errorReport(new DOMException('', 'QuotaExceededError'));
    expect(report).toMatchObject({ code: 'storage/quota', message: expect.stringContaining('delete') });
  });

  it('calls the rest a defect and logs it', () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(errorReport(new RangeError('x'))).toEqual({ code: 'defect', message: 'x' });
    expect(log).toHaveBeenCalledOnce();
  });
});
