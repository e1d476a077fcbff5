// The words that users read, as one list: `npm run words` prints every text of src/ as file:line, tab, text. With --check
// the texts of the page and the command line are held to the rules below and each breach is printed (ADR 9).
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from './setup/packages.mjs';

/** Attributes whose text no one reads. */
const UNREAD = /^(className|key|id|type|role|name|href|htmlFor|d|viewBox|transform|data-.*)$/;
/** What is written here is read by users: the page, and what the command line and refusals say. */
const READ = /^src\/(app|cli|base|data|worker|train|main)/;
/** @type {readonly { pattern: RegExp, say: string }[]} */
export const RULES = [
  { pattern: /\p{L}'\p{L}/u, say: 'an apostrophe is ’' },
  { pattern: /(?<![.[(])\.\.\.(?![.\w{])/, say: 'an ellipsis is …' },
  { pattern: /\p{L} {2,}\p{L}/u, say: 'one space' },
  { pattern: / [,;:](\s|$)/, say: 'no space before punctuation' },
  { pattern: /\b(please|sorry|oops|successfully|click here)\b/i, say: 'say what is, and what to do' },
  { pattern: /\p{L}!(\s|$)/u, say: 'no exclamation mark' },
  { pattern: /\bcode ?books? utili[sz]ation\b/i, say: 'usage of codes' },
  { pattern: /\bcode books?\b/i, say: 'codebook' },
  { pattern: /\bdatasets\b/i, say: 'data sets' },
  { pattern: /\bproducts?\b/i, say: 'item' },
  { pattern: /\bsemantic hash|\bSIDs?\b/, say: 'identifier (semantic ID)' },
  { pattern: /\b(color|colors|behavior|behaviors|analyze|catalog|canceled|gray|organize)\b/i, say: 'British spelling' },
  { pattern: /\b(recall|ndcg|mrr) at \d/i, say: 'Recall@10' },
];

function* walk(folder) {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(name);
    else if (/\.tsx?$/.test(name) && !/\.(test|gen)\.tsx?$/.test(name)) yield name;
  }
}

/** A text as it is read: what is filled in stands as {…}. Null where the node has none that a user reads. */
function textOf(node) {
  if (ts.isJsxText(node)) return node.text.replace(/\s+/g, ' ');
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `{…}${literal.text}`).join('');
  if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node)) return null;
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return null;
  if (ts.isJsxAttribute(parent) && UNREAD.test(parent.name.getText())) return null;
  return node.text;
}

/** Prose: words with a space between. Style sheets and selectors are neither. */
const isProse = (text) => /\p{L}{2,}[,.:’)]? .*\p{L}/u.test(text) && !/[{;]\s*[\w-]+:\s|^[.:(#]|=>/.test(text.trim());
/** A page of help or a table keeps its columns. */
const isLaidOut = (text) => text.includes('\n');

/** Every text of `source`, with the line on which it begins. */
export function wordsOf(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const text = textOf(node);
    if (text !== null && isProse(text))
      found.push({ file, line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: text.trim() });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** What is wrong with a text, by the rules. */
export const breachesOf = (text) => RULES.filter(({ pattern }) => pattern.test(text)).map(({ say }) => say);

if (process.argv[1] === import.meta.filename) {
  const all = [...walk('src')].flatMap((file) => wordsOf(file, readFileSync(path.join(ROOT, file), 'utf8')));
  const read = all.filter(({ file, text }) => READ.test(file) && !isLaidOut(text));
  if (process.argv.includes('--check')) {
    let breaches = 0;
    for (const { file, line, text } of read)
      for (const say of breachesOf(text)) {
        console.log(`${file}:${line}: ${say}: ${text}`);
        breaches += 1;
      }
    console.log(`${read.length} texts, ${breaches} breaches`);
    process.exitCode = breaches === 0 ? 0 : 1;
  } else for (const { file, line, text } of all) console.log(`${file}:${line}\t${text.replaceAll('\n', '⏎')}`);
}
