import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHeaders } from './vite/securityHeaders';

const headers = [...parseHeaders(readFileSync('public/_headers', 'utf8'))];

describe('ready files for hosts', () => {
  it.each(['nginx.conf', 'htaccess'])('%s sends every header of _headers with its value', (name) => {
    const file = readFileSync(`docs/examples/hosting/${name}`, 'utf8');
    expect(headers.length).toBeGreaterThan(4);
    for (const [header, value] of headers) {
      const lines = file.split('\n').filter((line) => line.includes(`${header} "`));
      expect(lines.length, header).toBeGreaterThan(0);
      for (const line of lines) expect(line).toContain(`${header} "${value}"`);
    }
  });
});
