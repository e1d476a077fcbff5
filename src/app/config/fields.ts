/** The fields of the two configuration forms: labels, units and what they mean, in reading order. */
import type { Section } from './sections';

export interface Field {
  readonly section: Section;
  readonly key: string;
  readonly label: string;
  readonly hint: string;
  readonly kind: 'integer' | 'number' | 'list' | 'encoder' | 'text' | 'sampling' | 'centring' | 'storage';
  readonly min: number;
  readonly max: number;
  /** Only where an item has several identifiers. */
  readonly isForMany?: boolean;
}

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly Field[];
}

type Row = readonly [key: string, label: string, hint: string, kind: Field['kind'], min?: number, max?: number];
const fieldsOf = (section: Section, rows: readonly Row[]): readonly Field[] =>
  rows.map(([key, label, hint, kind, min = kind === 'list' ? 1 : 0, max = 1e9]) => ({
    section,
    key,
    label,
    hint,
    kind,
    min,
    max,
  }));

const STORAGE_ROW: Row = [
  'storage',
  'Activations',
  'How they are kept for the backward pass; f16 takes about six tenths of the memory',
  'storage',
];

export const TOKENIZER_FIELDS: readonly FieldGroup[] = [
  {
    title: 'Item text',
    fields: fieldsOf('encoder', [
      ['kind', 'Encoder', 'Frozen sentence encoder of titles and details', 'encoder'],
      ['model', 'Model', 'Model id or folder of the sentence encoder', 'text'],
      ['maxPieces', 'Text pieces', 'Word pieces of an item’s text that are read; the rest is cut', 'integer', 4, 128],
      ['components', 'Components', 'Principal components kept after whitening', 'integer', 2, 768],
    ]),
  },
  {
    title: 'Residual quantizer',
    fields: fieldsOf('tokenizer', [
      ['hiddenWidths', 'Hidden widths', 'Layers between the text vector and the latent', 'list'],
      ['latentWidth', 'Latent width', 'Width of the vector that is quantized', 'integer', 1, 8192],
      ['levels', 'Levels', 'Codes in an identifier', 'integer', 1, 8],
      ['codes', 'Codes a level', 'Entries of each codebook', 'integer', 2, 256],
      ['commitment', 'Commitment', 'Weight of the commitment loss', 'number', 0, 100],
      ['decay', 'Codebook decay', 'Moving average that updates the entries', 'number', 0, 1],
    ]),
  },
  {
    title: 'Training',
    fields: fieldsOf('tokenizer', [
      ['epochs', 'Epochs', 'Passes over all items', 'integer', 1, 1e6],
      ['batchSize', 'Batch', 'Items a step', 'integer', 1, 65_536],
      ['learningRate', 'Learning rate', 'Of AdamW', 'number', 0, 10],
    ]),
  },
  {
    title: 'Kept tokenizers',
    fields: fieldsOf('tokenizer', [
      ['keep', 'Tokenizers', 'Newest epochs whose codes are kept; each is a tokenizer', 'integer', 1, 100],
      ['keepEvery', 'Epochs apart', 'Epochs from one kept tokenizer to the next', 'integer', 1, 1e6],
    ]).map((field) => ({ ...field, isForMany: true })),
  },
];

export const UTGREC_FIELDS: readonly FieldGroup[] = [
  {
    title: 'Item text and picture',
    fields: fieldsOf('utgrec.input', [
      [
        'textLength',
        'Text pieces',
        'Sub-word pieces of an item’s text that are read; the rest is cut',
        'integer',
        1,
        1024,
      ],
      ['leastCount', 'Least count', 'Pieces rarer than this share one number', 'integer', 1, 1e6],
      ['mostPieces', 'Vocabulary', 'Pieces kept at most', 'integer', 3, 65_536],
      ['imageSide', 'Picture side', 'Pixels that pictures are brought to; 0 leaves them out', 'integer', 0, 256],
      ['patch', 'Patch side', 'Pixels of a patch that the encoder reads', 'integer', 1, 256],
      ['latentSide', 'Decoded side', 'Pixels of the picture that is drawn back', 'integer', 1, 256],
      ['latentPatch', 'Decoded patch', 'Pixels of one of its parts', 'integer', 1, 256],
    ]),
  },
  {
    title: 'Encoder',
    fields: fieldsOf('utgrec.encoder', [
      ['width', 'Width', 'Of every token’s vector', 'integer', 1, 8192],
      ['layers', 'Layers', 'Of the small multimodal transformer', 'integer', 1, 48],
      ['heads', 'Heads', 'Attention heads', 'integer', 1, 128],
      ['keyHeads', 'Key heads', 'A divisor of the heads', 'integer', 1, 128],
      ['headWidth', 'Head width', 'A multiple of 4', 'integer', 4, 256],
      ['feedForwardWidth', 'Feed-forward', 'Width between its two layers', 'integer', 1, 65_536],
    ]),
  },
  {
    title: 'Tree of codes',
    fields: fieldsOf('utgrec.quantiser', [
      ['levels', 'Levels', 'Codes in an identifier', 'integer', 1, 8],
      ['rootEntries', 'Root codes', 'Entries of the first level’s book', 'integer', 2, 8192],
      ['leafEntries', 'Leaf codes', 'Entries of the book that all later levels share', 'integer', 2, 8192],
      ['width', 'Code width', 'Width of the vectors that are quantized', 'integer', 1, 8192],
      ['commitmentWeight', 'Commitment', 'Weight of the commitment term', 'number', 0, 100],
    ]),
  },
  {
    title: 'Objective',
    fields: [
      ...fieldsOf('utgrec.weights', [
        ['image', 'Picture', 'Weight of reconstructing the picture', 'number', 0, 1e6],
        ['codebook', 'Codebooks', 'Weight of the codebook loss', 'number', 0, 1e6],
        ['alignment', 'Alignment', 'Weight of bringing co-occurring items together; 0 = off', 'number', 0, 1e6],
        ['positive', 'Co-occurring item', 'Weight of reconstructing it as well; 0 = off', 'number', 0, 1e6],
      ]),
      ...fieldsOf('utgrec', [['temperature', 'Temperature', 'Of the alignment', 'number', 1e-6, 1e3]]),
    ],
  },
  {
    title: 'Training',
    fields: fieldsOf('utgrec.training', [
      ['epochs', 'Epochs', 'Passes over all items', 'integer', 1, 1e6],
      ['batchSize', 'Batch', 'Items a step', 'integer', 1, 8192],
      ['learningRate', 'Learning rate', 'Peak, after warm-up', 'number', 0, 10],
      ['warmupShare', 'Warm-up', 'Share of all steps until the peak', 'number', 0, 1],
      ['quantiserWarmupShare', 'Before codes', 'Share of all steps without quantization', 'number', 0, 1],
      ['weightDecay', 'Weight decay', 'Of AdamW', 'number', 0, 10],
      ['clipNorm', 'Clip norm', 'Largest gradient norm; 0 = off', 'number', 0, 1e6],
      STORAGE_ROW,
    ]),
  },
  {
    title: 'Fine-tuning of the tokenizer',
    fields: fieldsOf('transfer.tokenizer', [
      ['epochs', 'Epochs', 'Passes over the items of the domain', 'integer', 1, 1e6],
      ['batchSize', 'Batch', 'Items a step', 'integer', 1, 8192],
      ['learningRate', 'Learning rate', 'Peak, after warm-up', 'number', 0, 10],
    ]),
  },
];

export const RECOMMENDER_FIELDS: readonly FieldGroup[] = [
  {
    title: 'Model',
    fields: fieldsOf('recommender', [
      ['width', 'Width', 'Of every token’s vector', 'integer', 4, 8192],
      ['heads', 'Heads', 'Attention heads', 'integer', 1, 128],
      ['headWidth', 'Head width', 'A multiple of 4', 'integer', 4, 256],
      ['feedForwardWidth', 'Feed-forward', 'Width between its two layers', 'integer', 4, 65_536],
      ['encoderLayers', 'Encoder layers', 'They read the history', 'integer', 1, 48],
      ['decoderLayers', 'Decoder layers', 'They write the identifier', 'integer', 1, 48],
      ['dropout', 'Dropout', 'Share of values dropped in training', 'number', 0, 0.95],
      ['historyLimit', 'History', 'Latest items the encoder sees', 'integer', 1, 200],
    ]),
  },
  {
    title: 'Training',
    fields: fieldsOf('recommender', [
      ['epochs', 'Epochs', 'Passes over all users', 'integer', 1, 1e6],
      ['batchSize', 'Batch', 'Examples a step', 'integer', 1, 65_536],
      ['learningRate', 'Learning rate', 'Peak, after warm-up', 'number', 0, 10],
      ['warmupSteps', 'Warm-up steps', 'Steps until the peak', 'integer', 0, 1e7],
      ['weightDecay', 'Weight decay', 'Of AdamW', 'number', 0, 10],
      ['clipNorm', 'Clip norm', 'Largest gradient norm; 0 = off', 'number', 0, 1e6],
      STORAGE_ROW,
    ]),
  },
  {
    title: 'Evaluation',
    fields: fieldsOf('recommender', [
      ['validateEvery', 'Validate every', 'Epochs between validations', 'integer', 1, 1e6],
      ['validationUsers', 'Validation users', 'At most so many', 'integer', 1, 1e7],
      ['patience', 'Patience', 'Validations without gain; 0 = never stop early', 'integer', 0, 1e6],
      ['validationBeamWidth', 'Validation beams', 'Beam width while training', 'integer', 1, 50],
      ['testBeamWidth', 'Test beams', 'Beam width of the final test', 'integer', 1, 50],
    ]),
  },
  {
    title: 'Curriculum',
    fields: fieldsOf('multiIdentifier', [
      ['sampling', 'Sampling', 'How a tokenizer is drawn for each sample', 'sampling'],
      ['stages', 'Stages', 'Epochs before each estimate of influence', 'list'],
      ['temperature', 'Temperature', 'Of the softmax over influence scores', 'number', 1e-6, 1e6],
      ['centring', 'Scores', 'Unscaled as in the reference, or brought to 0…1 first', 'centring'],
      ['trainingSamples', 'Training samples', 'For the influence gradients; 0 = all', 'integer', 0, 1e9],
      ['validationSamples', 'Validation samples', 'For the influence gradients; 0 = all', 'integer', 0, 1e9],
    ]),
  },
  {
    title: 'Fine-tuning',
    fields: fieldsOf('fineTuning', [
      ['checkpoints', 'From epochs', 'Pre-training epochs to start from, each a candidate', 'list'],
      ['identifiers', 'Identifiers', 'Places among the kept tokenizers, 0 = oldest, each a candidate', 'list', 0],
      ['epochs', 'Epochs', 'At most so many for each candidate', 'integer', 1, 1e6],
      ['learningRate', 'Learning rate', 'Peak', 'number', 0, 10],
      ['patience', 'Patience', 'Validations without gain; 0 = never stop early', 'integer', 0, 1e6],
    ]),
  },
  {
    title: 'Fine-tuning on the domain',
    fields: fieldsOf('transfer.recommender', [
      ['epochs', 'Epochs', 'Passes over the users of the domain', 'integer', 1, 1e6],
      ['learningRate', 'Learning rate', 'Peak, after warm-up', 'number', 0, 10],
      ['warmupSteps', 'Warm-up steps', 'Steps until the peak', 'integer', 0, 1e7],
      ['patience', 'Patience', 'Validations without gain; 0 = never stop early', 'integer', 0, 1e6],
    ]),
  },
];
