/** Small choices of the user that later visits begin with, in a database of their own. */
import { indexedDbRecords } from './browserStorage';
import { putRecord, type Records } from './records';

const DATABASE = 'tessera-settings';
let opened: Promise<Records> | null = null;

function settings(): Promise<Records> {
  opened ??= indexedDbRecords(DATABASE);
  return opened;
}

/** The value kept under `key`, or null. The caller checks it, as an older program may have written it. */
export async function readSetting<T>(key: string): Promise<T | null> {
  return (await (await settings()).get<T>({ path: key })) ?? null;
}

export async function writeSetting<T>(key: string, value: T): Promise<void> {
  await (await settings()).commit([putRecord({ path: key }, value)], 'relaxed');
}
