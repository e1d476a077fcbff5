/**
 * JSON from outside: parsed, then walked once so that nothing in it can reach a prototype or the stack.
 * Poisoned keys are refused rather than dropped, because a file that has them was made to do harm.
 */
import { formatProblem, type Place } from './formatProblem';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deepest nesting accepted; the formats we read need 3. */
const MAX_DEPTH = 32;
const POISONED_KEYS = new Set(['__proto__', 'prototype', 'constructor']);

/** Parses `text`. @throws FormatError `json/syntax`, `json/key`, `json/depth` */
export function parseStrictJson(text: string, place: Place): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    const remedy = 'correct or remove it';
    throw formatProblem('json/syntax', place, { wanted: 'JSON', came: 'text that is not JSON', remedy, cause });
  }
  checkKeys(value, place, 0);
  return value;
}

/** As `parseStrictJson`, for a value that must be an object. @throws FormatError also `json/object` */
export function parseJsonObject(text: string, place: Place): JsonObject {
  const value = parseStrictJson(text, place);
  if (isJsonObject(value)) return value;
  const came = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  throw formatProblem('json/object', place, { wanted: 'a JSON object { … }', came, remedy: 'write one object here' });
}

/** Texts of which one stands in every line that holds a poisoned key, spelled out or with escaped letters. */
const SUSPICIOUS = /"(?:__proto__|prototype|constructor)"|\\u00/;

/**
 * As `parseJsonObject`, for lines by the million: keys are walked only where the text can hold a poisoned one. Depth is not
 * checked, so read the result by named fields and do not walk it.
 * @throws FormatError `json/syntax`, `json/object`, `json/key`
 */
export function parseLineObject(text: string, place: Place): JsonObject {
  if (SUSPICIOUS.test(text)) return parseJsonObject(text, place);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    value = parseStrictJson(text, place);
  }
  if (isJsonObject(value)) return value;
  return parseJsonObject(text, place);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkKeys(value: JsonValue, place: Place, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) {
    const remedy = 'flatten the value';
    throw formatProblem('json/depth', place, { wanted: `at most ${MAX_DEPTH} levels`, came: 'deeper nesting', remedy });
  }
  if (Array.isArray(value)) {
    for (const element of value as readonly JsonValue[]) {
      if (typeof element === 'object') checkKeys(element, place, depth + 1);
    }
    return;
  }
  for (const [key, element] of Object.entries(value as JsonObject)) {
    if (POISONED_KEYS.has(key)) {
      const remedy = 'rename the key';
      throw formatProblem('json/key', place, { wanted: 'ordinary keys', came: `the key ${key}`, remedy });
    }
    checkKeys(element, place, depth + 1);
  }
}

/** First key that an object in `text` repeats, or null. `text` must be valid JSON, which `JSON.parse` alone would merge silently. */
export function findDuplicateKey(text: string): string | null {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = at++;
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      const keys = open.at(-1);
      if (keys === null || keys === undefined) continue;
      let next = at + 1;
      while (/\s/.test(text[next] ?? 'x')) next++;
      if (text[next] !== ':') continue;
      const key = JSON.parse(text.slice(start, at + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
