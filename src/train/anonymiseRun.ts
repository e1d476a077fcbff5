/**
 * Takes out of a run's files what tells who made it and where (ux.md U6): names of run and data set, notes, file paths,
 * host, user, GPU model, time zone, dates. What decides the numbers stays: configuration, seed, hashes, tensors, metrics.
 * The same value is replaced by the same word everywhere, so the files still belong to each other.
 */

import { DEFAULT_TRANSFORMERS_MODEL } from '../encoders/transformersEncoder';
import { decodeText } from '../formats/readBytes';
import { readSafetensors, writeSafetensors } from '../formats/safetensors';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from '../formats/strictJson';

/** Words of the machine at hand: host, user, home folder, time zone … */
export type Traces = readonly string[];

const REMOVED = 'removed';
/** Fields of free text, or about people, machine and time; compared without case. */
const PRIVATE_FIELD =
  /^(notes?|comments?|description|authors?|owner|e-?mail|tags?|adapter(name|report|fingerprint)?|gpu|device(name)?|vendor|driver|host(name)?|machine|user(name|agent)|os|platform|cwd|path|paths|folder|files?|directory|url|time_?zone|locale|date|(created|started|ended|finished|updated|saved)(at)?(ms)?)$/i;
/** Absolute paths of Unix and Windows, home-relative ones, file addresses. */
const PATH =
  /(file:\/\/\S+|~?\/[\w.@+-]+(\/[\w.@+ -]+)+\/?|~\/[\w./@+-]+|\b[A-Za-z]:[\\/][^\s"']+|\\\\[\w.$-]+\\[^\s"']+)/g;
/** Shorter words would be found in the middle of others. */
const MIN_TRACE = 3;

/** @returns the same files, texts and headers rewritten @throws FormatError for a file that is not what its name says */
export function anonymiseRun(
  files: ReadonlyMap<string, Uint8Array>,
  traces: Traces,
): Map<string, Uint8Array<ArrayBuffer>> {
  const run = parseJsonObject(decodeText(files.get('run.json') ?? new Uint8Array(), 'run.json'), { file: 'run.json' });
  const clean = cleaner([...traces, ...adaptersIn(files)], namesIn(run));
  const encoder = new TextEncoder();
  return new Map(
    [...files].map(([name, bytes]) => {
      const place = { file: name };
      if (name.endsWith('.safetensors')) return [name, cleanTensors(bytes, name, clean)] as const;
      if (name.endsWith('.jsonl')) {
        const lines = decodeText(bytes, name).split('\n').filter(Boolean);
        const rows = lines.map((line) => `${JSON.stringify(clean(parseJsonObject(line, place)))}\n`);
        return [name, encoder.encode(rows.join(''))] as const;
      }
      if (name.endsWith('.json')) {
        const value = clean(parseJsonObject(decodeText(bytes, name), place));
        const renamed = name === 'run.json' ? withoutNames(value) : value;
        return [name, encoder.encode(`${JSON.stringify(renamed, null, name === 'run.json' ? 2 : 0)}\n`)] as const;
      }
      return [name, bytes.slice()] as const;
    }),
  );
}

function namesIn(run: JsonObject): string[] {
  const { config, data } = run;
  return [config, data].flatMap((part) => {
    const name = isJsonObject(part) ? part['name'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

function withoutNames(run: JsonValue): JsonValue {
  if (!isJsonObject(run)) return run;
  const renamed = (part: JsonValue | undefined, name: string): JsonValue =>
    isJsonObject(part) ? { ...part, name } : (part ?? null);
  return { ...run, config: renamed(run['config'], 'run'), data: renamed(run['data'], 'data') };
}

/** GPU models, as the checkpoints' headers name them: the part before the first `;`. */
function adaptersIn(files: ReadonlyMap<string, Uint8Array>): string[] {
  return [...files].flatMap(([name, bytes]) => {
    if (!name.endsWith('.safetensors')) return [];
    const adapter = readSafetensors(bytes, name).metadata.get('adapter') ?? '';
    return [adapter, adapter.split(';')[0] ?? ''];
  });
}

type Clean = (value: JsonValue, key?: string) => JsonValue;

function cleaner(traces: Traces, names: readonly string[]): Clean {
  const wordPattern = (words: readonly string[]): RegExp | null => {
    const long = [...new Set(words.map((word) => word.trim()))].filter((word) => word.length >= MIN_TRACE);
    // Longest first: a name may be the beginning of another.
    const sorted = long.sort((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return sorted.length > 0 ? new RegExp(`(?<![\\w-])(${sorted.join('|')})(?![\\w-])`, 'gi') : null;
  };
  const machine = wordPattern(traces);
  const named = wordPattern(names);
  const cleanText = (text: string, key: string): string => {
    let cleaned = text.replace(PATH, REMOVED);
    if (machine) cleaned = cleaned.replace(machine, REMOVED);
    // A run may be called "test": its name is only taken for itself in prose and in names.
    const isProse = /\s/.test(cleaned);
    if (named && (isProse || /name$|label|title|dataset/i.test(key))) cleaned = cleaned.replace(named, REMOVED);
    return cleaned;
  };
  const clean: Clean = (value, key = '') => {
    if (PRIVATE_FIELD.test(key)) return typeof value === 'number' ? 0 : REMOVED;
    // A model of one's own on a public hub carries its owner's name.
    if (key === 'model' && typeof value === 'string')
      return value === '' || value === DEFAULT_TRANSFORMERS_MODEL ? value : REMOVED;
    if (typeof value === 'string') return cleanText(value, key);
    if (Array.isArray(value)) return value.map((entry: JsonValue) => clean(entry, key));
    if (isJsonObject(value))
      return Object.fromEntries(Object.entries(value).map(([field, entry]) => [field, clean(entry, field)]));
    return value;
  };
  return clean;
}

/** Rewrites the header's texts; a text that is JSON is cleaned as such. Tensors stay bit for bit. */
function cleanTensors(bytes: Uint8Array, name: string, clean: Clean): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = readSafetensors(bytes, name);
  const cleaned = [...metadata].map(([key, text]) => {
    const isJson = text.startsWith('{');
    const value = isJson
      ? JSON.stringify(clean(parseJsonObject(text, { file: name, field: key }), key))
      : clean(text, key);
    return [key, String(value)] as const;
  });
  return writeSafetensors(tensors, new Map(cleaned));
}
