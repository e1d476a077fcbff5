import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', 'public', 'sample');
const maxBytes = 4_000_000;
const label = 'simulated behaviour over public-domain pictures';

interface Item {
  id: number;
  title: string;
  domain?: string;
  categories: string[];
  keywords: string[];
  description?: string;
}
interface Sequence {
  user: number;
  items: number[];
}
interface Stats {
  label: string;
  users: number;
  items: number;
  items_in_sequences: number;
  items_without_training_interaction: number;
  interactions: number;
  sequence_length: { min: number; mean: number; max: number };
  repeats_within_a_sequence: number;
  filled: { title: number; categories: number; keywords: number; description: number };
}
type Files = Record<string, { bytes: number; sha256: string }>;
interface Domain {
  folder: string;
  users: number;
  items: number;
  interactions: number;
  files: Files;
}
interface Index {
  label: string;
  users: number;
  items: number;
  interactions: number;
  files: Files;
  domains: Domain[];
}
interface Images {
  width: number;
  height: number;
  format: string;
  count: number;
  bytes: number;
  index: Record<string, [number, number]>;
}

function readText(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8');
}

function readLines(...path: string[]): string[] {
  const text = gunzipSync(readFileSync(join(root, ...path))).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

function readItems(...folder: string[]): Item[] {
  return readLines(...folder, 'items.jsonl.gz').map((line): Item => JSON.parse(line));
}

function readSequences(...folder: string[]): Sequence[] {
  return readLines(...folder, 'sequences.jsonl.gz').map((line): Sequence => JSON.parse(line));
}

function count(items: readonly Item[], sequences: readonly Sequence[]): Stats {
  const lengths = sequences.map((row) => row.items.length);
  const interactions = lengths.reduce((sum, n) => sum + n, 0);
  const seen = new Set(sequences.flatMap((row) => row.items));
  const trained = new Set(sequences.flatMap((row) => row.items.slice(0, -2)));
  return {
    label,
    users: sequences.length,
    items: items.length,
    items_in_sequences: items.filter((item) => seen.has(item.id)).length,
    items_without_training_interaction: items.filter((item) => !trained.has(item.id)).length,
    interactions,
    sequence_length: {
      min: Math.min(...lengths),
      mean: Math.round((interactions / sequences.length) * 1000) / 1000,
      max: Math.max(...lengths),
    },
    repeats_within_a_sequence: sequences.reduce((sum, row) => sum + row.items.length - new Set(row.items).size, 0),
    filled: {
      title: items.filter((item) => item.title !== '').length,
      categories: items.filter((item) => item.categories.length > 0).length,
      keywords: items.filter((item) => item.keywords.length > 0).length,
      description: items.filter((item) => (item.description ?? '') !== '').length,
    },
  };
}

const index: Index = JSON.parse(readText('index.json'));
const items = readItems();
const sequences = readSequences();
const folders = ['', ...index.domains.map((domain) => domain.folder)];

describe('embedded sample', () => {
  it('takes at most 4 MB with every file in it', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => statSync(join(root, path)));
    const total = files.filter((file) => file.isFile()).reduce((sum, file) => sum + file.size, 0);
    expect(total).toBeLessThanOrEqual(maxBytes);
  });

  it('has four domains, 1,500 to 2,500 items and 4,000 to 8,000 users under the required label', () => {
    expect(index.domains).toHaveLength(4);
    expect(index.label).toBe(label);
    expect(items.length).toBeGreaterThanOrEqual(1500);
    expect(items.length).toBeLessThanOrEqual(2500);
    expect(sequences.length).toBeGreaterThanOrEqual(4000);
    expect(sequences.length).toBeLessThanOrEqual(8000);
  });

  it.each(folders)('counts what stats.json and index.json state in folder "%s"', (folder) => {
    const stats: Stats = JSON.parse(readText(folder, 'stats.json'));
    expect(count(readItems(folder), readSequences(folder))).toEqual(stats);
    const stated = index.domains.find((domain) => domain.folder === folder) ?? index;
    expect([stated.users, stated.items, stated.interactions]).toEqual([stats.users, stats.items, stats.interactions]);
  });

  it.each(folders)('has sequences of 5 to 20 known items without repeats in folder "%s"', (folder) => {
    const known = new Set(readItems(folder).map((item) => item.id));
    for (const { user, items: row } of readSequences(folder)) {
      expect(row.length, `length of user ${user}`).toBeGreaterThanOrEqual(5);
      expect(row.length, `length of user ${user}`).toBeLessThanOrEqual(20);
      expect(new Set(row).size, `repeats of user ${user}`).toBe(row.length);
      const unknown = row.filter((id) => !known.has(id));
      expect(unknown, `unknown ids of user ${user}`).toEqual([]);
    }
  });

  it('numbers items and users from 0 without gaps over all domains', () => {
    expect(items.map((item) => item.id)).toEqual(items.map((_, i) => i));
    expect(sequences.map((row) => row.user)).toEqual(sequences.map((_, i) => i));
  });

  it('splits the joined catalogue and the joined sequences into the domain folders', () => {
    for (const { folder } of index.domains) {
      const mine = items.filter((item) => item.domain === folder);
      expect(mine).toEqual(readItems(folder).map((item) => ({ ...item, domain: folder })));
      const ids = new Set(mine.map((item) => item.id));
      const parts = sequences
        .map(({ user, items: row }) => ({ user, items: row.filter((id) => ids.has(id)) }))
        .filter((row) => row.items.length >= 5);
      expect(readSequences(folder)).toEqual(parts);
    }
  });

  it('lets many users carry their taste across domains', () => {
    const domainOf = new Map(items.map((item) => [item.id, item.domain]));
    const several = sequences.filter((row) => new Set(row.items.map((id) => domainOf.get(id))).size > 1);
    expect(several.length).toBeGreaterThan(sequences.length / 2);
  });

  it('holds one WebP picture of 64 x 64 pixels for every item, back to back', () => {
    const images: Images = JSON.parse(readText('images.json'));
    const blob = readFileSync(join(root, 'images.bin'));
    expect([images.width, images.height, images.format]).toEqual([64, 64, 'webp']);
    expect([images.count, images.bytes]).toEqual([items.length, blob.length]);
    expect(Object.keys(images.index)).toHaveLength(items.length);
    let end = 0;
    for (const { id } of items) {
      const [offset, length] = images.index[String(id)] ?? [-1, 0];
      expect(offset, `offset of picture ${id}`).toBe(end);
      end = offset + length;
      const picture = blob.subarray(offset, end);
      expect(picture.toString('latin1', 0, 4), `picture ${id}`).toBe('RIFF');
      expect(picture.readUInt32LE(4), `RIFF size of picture ${id}`).toBe(length - 8);
      expect(picture.toString('latin1', 8, 12), `picture ${id}`).toBe('WEBP');
    }
    expect(end).toBe(blob.length);
  });

  it('matches the sizes and SHA-256 sums of index.json', () => {
    const all = [{ folder: '', files: index.files }, ...index.domains];
    for (const { folder, files } of all) {
      for (const [name, stated] of Object.entries(files)) {
        const content = readFileSync(join(root, folder, name));
        const sha256 = createHash('sha256').update(content).digest('hex');
        expect({ bytes: content.length, sha256 }, join(folder, name)).toEqual(stated);
      }
    }
  });

  it('says in every stats.json that the behaviour is simulated', () => {
    const labels = folders.map((folder): string => JSON.parse(readText(folder, 'stats.json')).label);
    expect(labels).toEqual(folders.map(() => label));
  });
});
