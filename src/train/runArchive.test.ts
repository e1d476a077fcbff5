import { zipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyRun } from '../../test/fixtures/tinyRun';
import { TesseraError } from '../base/errors';
import { readSafetensors } from '../formats/safetensors';
import { readZip } from '../formats/zipArchive';
import { writeCheckpoint } from './checkpoint';
import { readPortableRun, readRunText, runFilesOf } from './portableRun';
import { readRunArchive, writeRunArchive } from './runArchive';
import { readEvaluation, readMetricRows } from './runLog';

const encoder = new TextEncoder();
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const EVALUATION = {
  name: 'TIGER',
  kind: 'model',
  split: 'test',
  users: [0, 1, 2],
  ranks: [4, 4_294_967_295, 1],
  metrics: { recall5: 2 / 3, ndcg5: 0.5, recall10: 2 / 3, ndcg10: 0.5 },
  protocol: 'Leave-one-out test; all 3 users.',
  pAgainstPopular: 0.01,
};
const ROW = { run: 'recommender', step: 3, epoch: 0.1, seconds: 2.5, values: { loss: 1.25 } };
const CODES = Uint8Array.from({ length: 120 }, (_, i) => i);

let files: Map<string, Uint8Array>;
beforeAll(async () => {
  files = runFilesOf(await tinyRun());
  files.set('metrics.jsonl', encoder.encode(`${JSON.stringify(ROW)}\n`));
  files.set('evaluations/test-tiger.json', encoder.encode(JSON.stringify(EVALUATION)));
  files.set('snapshots/0000010-2.u16', CODES);
});

/** The archive's members, changed and packed again without any check. */
async function repacked(change: (members: Record<string, Uint8Array>) => void): Promise<Uint8Array> {
  const members = Object.fromEntries(readZip(await writeRunArchive(files), 'x'));
  change(members);
  return zipSync(members, { level: 0, mtime: new Date(1980, 0, 1) });
}

async function refusal(file: Uint8Array): Promise<string> {
  try {
    await readRunArchive(file, 'x.tessera');
  } catch (error) {
    if (error instanceof TesseraError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const inManifest = (members: Record<string, Uint8Array>, from: string, to: string): void => {
  members['manifest.json'] = encoder.encode(text(members['manifest.json']).replace(from, to));
};

describe('a run as one file', () => {
  it('comes back byte for byte, and packs to the same bytes again', async () => {
    const archive = await writeRunArchive(files);
    const back = await readRunArchive(archive, 'x.tessera');
    expect(new Map([...back].sort())).toEqual(new Map([...files].sort()));
    expect(await writeRunArchive(back)).toEqual(archive);
  });

  it('leaves out what is no part of a run', async () => {
    const more = new Map(files).set('notes.txt', encoder.encode('x')).set('best.safetensors.partial', CODES);
    expect(await writeRunArchive(more)).toEqual(await writeRunArchive(files));
    await expect(writeRunArchive(new Map([['metrics.jsonl', CODES]]))).rejects.toMatchObject({ code: 'archive/run' });
  });

  it.each<[string, string, (members: Record<string, Uint8Array>) => void]>([
    ['no manifest', 'archive/manifest', (members) => delete members['manifest.json']],
    [
      'a manifest that is no JSON',
      'json/syntax',
      (members) => {
        members['manifest.json'] = encoder.encode('{');
      },
    ],
    ['a manifest of something else', 'archive/manifest', (members) => inManifest(members, 'tessera-run', 'other')],
    ['a later version', 'archive/version', (members) => inManifest(members, '"version": 1', '"version": 2')],
    ['a poisoned manifest', 'json/key', (members) => inManifest(members, '"run.json"', '"__proto__"')],
    [
      'a changed checkpoint',
      'archive/hash',
      (members) => {
        const file = members['recommender.safetensors'];
        if (file) file[file.length - 1] = 1;
      },
    ],
    [
      'a changed log',
      'archive/hash',
      (members) => {
        members['metrics.jsonl'] = encoder.encode('{}');
      },
    ],
    [
      'a hash that is not the file’s',
      'archive/hash',
      (members) => {
        const name = '"sha256": "';
        const at = text(members['manifest.json']).indexOf(name) + name.length;
        inManifest(members, text(members['manifest.json']).slice(at, at + 8), '00000000');
      },
    ],
    [
      'a member too many',
      'archive/manifest',
      (members) => {
        members['extra.json'] = encoder.encode('{}');
      },
    ],
    [
      'a member of an unknown kind',
      'archive/manifest',
      (members) => {
        members['run.exe'] = CODES;
      },
    ],
    ['a missing member', 'archive/manifest', (members) => delete members['metrics.jsonl']],
    ['no run', 'archive/manifest', (members) => delete members['run.json']],
  ])('is refused with %s: %s', async (_, code, change) => {
    expect(await refusal(await repacked(change))).toMatch(new RegExp(`^${code} .{20}`));
  });
});

describe('an anonymous run', () => {
  const MARKS = [
    'Quirina',
    'Lovelace',
    'secret-lab',
    'private-shop',
    'GeForce',
    'RTX-9999',
    'quirina-desktop',
    'Europe/Vienna',
    '/home/quirina',
    'C:\\\\Users',
    'quirina@example.org',
    '2026-11-21',
    '1795000000000',
    'remember the milk',
    'our-private-model',
  ];

  it('names nobody: planted marks are in none of its bytes', async () => {
    const run = await tinyRun();
    const config = {
      ...run.config,
      name: 'secret-lab run 3',
      encoder: { ...run.config.encoder, model: '/home/quirina/our-private-model' },
    };
    const planted = runFilesOf({ ...run, config, data: { ...run.data, name: 'private-shop' } });
    const description = JSON.parse(text(planted.get('run.json'))) as Record<string, unknown>;
    Object.assign(description, {
      notes: 'remember the milk',
      author: 'Quirina Lovelace',
      startedAtMs: 1_795_000_000_000,
      machine: { host: 'quirina-desktop', gpu: 'GeForce RTX-9999', timeZone: 'Europe/Vienna' },
      history: [
        'imported from C:\\Users\\quirina\\private-shop.csv',
        'on quirina-desktop at /home/quirina/data/x.csv by quirina@example.org',
      ],
      date: '2026-11-21',
    });
    planted.set('run.json', encoder.encode(JSON.stringify(description)));
    planted.set(
      'metrics.jsonl',
      encoder.encode(`${JSON.stringify({ ...ROW, host: 'quirina-desktop', gpu: 'RTX-9999' })}\n`),
    );
    const evaluation = {
      ...EVALUATION,
      protocol: 'secret-lab run 3 on private-shop, GeForce RTX-9999, Europe/Vienna.',
      notes: 'Quirina',
    };
    planted.set('evaluations/test-tiger.json', encoder.encode(JSON.stringify(evaluation)));
    const identity = {
      kind: 'embeddings' as const,
      config: JSON.stringify(config.encoder),
      dataHash: run.data.hash,
      adapter: 'GeForce RTX-9999; subgroups 32; 1024 invocations',
    };
    planted.set(
      'embeddings.safetensors',
      writeCheckpoint(identity, new Map([['vectors/whitened', new Float32Array(64)]]), { components: 32 }),
    );

    const plain = await writeRunArchive(planted);
    const anonymous = await writeRunArchive(planted, {
      anonymise: ['quirina-desktop', 'quirina', 'Europe/Vienna', 'quirina@example.org'],
    });
    const found = (file: Uint8Array): string[] => {
      const all = [...readZip(file, 'x')]
        .map(([name, bytes]) => `${name}\n${text(bytes)}`)
        .join('\n')
        .toLowerCase();
      const raw = Buffer.from(file).toString('latin1').toLowerCase();
      return MARKS.filter((mark) => all.includes(mark.toLowerCase()) || raw.includes(mark.toLowerCase()));
    };
    expect(found(plain)).toEqual(MARKS);
    expect(found(anonymous)).toEqual([]);

    // It still is the same run: configuration, identifiers, tensors, numbers.
    const back = await readRunArchive(anonymous, 'x');
    const opened = readRunText(text(back.get('run.json')));
    expect(opened).toMatchObject({
      config: { name: 'run', seed: config.seed },
      data: { name: 'data', hash: run.data.hash },
    });
    const portable = await readPortableRun(opened, async (name) => back.get(name) ?? null, null);
    expect(portable.parameters).toEqual(run.parameters);
    expect(portable.identifiers).toEqual(run.identifiers);
    expect(readMetricRows(text(back.get('metrics.jsonl')))).toEqual([ROW]);
    const { report, ranks } = readEvaluation(text(back.get('evaluations/test-tiger.json')), 'x');
    expect(report.metrics).toEqual(EVALUATION.metrics);
    expect([...ranks]).toEqual(EVALUATION.ranks);
  });

  it('keeps words that only look like its names', async () => {
    const run = await tinyRun();
    const named = runFilesOf({ ...run, config: { ...run.config, name: 'test' } });
    named.set('evaluations/test-tiger.json', encoder.encode(JSON.stringify(EVALUATION)));
    const back = await readRunArchive(await writeRunArchive(named, { anonymise: [] }), 'x');
    expect(readEvaluation(text(back.get('evaluations/test-tiger.json')), 'x').report.split).toBe('test');
    expect(readSafetensors(back.get('tokenizer.safetensors') ?? new Uint8Array()).metadata.get('kind')).toBe(
      'tokenizer',
    );
  });
});
