import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { twoMoons } from '../docs/examples/twoMoons';

it('runs the example of docs/engine.md, which is the file that the page quotes', async () => {
  expect(await twoMoons(navigator.gpu)).toBeLessThan(0.1);
  const example = readFileSync(new URL('../docs/examples/twoMoons.ts', import.meta.url), 'utf8');
  expect(readFileSync(new URL('../docs/engine.md', import.meta.url), 'utf8')).toContain(example);
});
