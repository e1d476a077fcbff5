import { expect, test } from 'vitest';
import { breachesOf, wordsOf } from './words.mjs';

test('texts of markup, attributes and templates are found with their lines; code is not', () => {
  const source = [
    "import { x } from 'a module of words';",
    'const a = <p className="one two" title="Two words">Train the',
    '  tokenizer</p>;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is read has a template
    'const b = `Of ${count} items`;',
    "const c = 'word';",
    "const d = '.rail a { margin: 0 auto }';",
  ].join('\n');
  expect(wordsOf('a.tsx', source).map(({ line, text }) => [line, text])).toEqual([
    [2, 'Two words'],
    [2, 'Train the tokenizer'],
    [4, 'Of {…} items'],
  ]);
});

test('each rule has a text that breaks it', () => {
  for (const [text, say] of [
    ["the run's folder", 'an apostrophe is ’'],
    ['Loading...', 'an ellipsis is …'],
    ['two  spaces', 'one space'],
    ['codes , items', 'no space before punctuation'],
    ['Please wait', 'say what is, and what to do'],
    ['It is done!', 'no exclamation mark'],
    ['Codebook utilisation', 'usage of codes'],
    ['two code books', 'codebook'],
    ['Open datasets', 'data sets'],
    ['the product shown', 'item'],
    ['one SID an item', 'identifier (semantic ID)'],
    ['behavior of users', 'British spelling'],
    ['recall at 10', 'Recall@10'],
  ] as const)
    expect(breachesOf(text), text).toEqual([say]);
  expect(breachesOf('The run’s codes: 3 of {…} items, Recall@10 … ; see {…}')).toEqual(['no space before punctuation']);
});
