/** The runs of models/sample/ are what their index says, and open as runs of the page. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from '../base/sha256';
import { createMemoryRunStore } from '../storage/recordRunStore';
import { RunDesk } from './runDesk';
import { RunRegistry } from './runRegistry';
import { readShippedIndex, ShippedRuns } from './shippedRuns';
import { measuredEvaluations } from './storeSink';
import { CURRENT_RUN } from './workspace';

const FOLDER = 'models/sample';
const INDEX = readFileSync(`${FOLDER}/index.json`, 'utf8');
const BASE = 'http://localhost/app/';
/** Each is fetched only when it is opened; UTGRec’s is the largest, with 2.6 MB. */
const MAX_BYTES = 3_000_000;

afterEach(() => vi.unstubAllGlobals());

/** A web server that has only these files; `asked` notes what was fetched. */
function serve(change: (name: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    const name = url.pathname.replace('/app/models/sample/', '');
    asked.push(name);
    return new Response(change(name, new Uint8Array(readFileSync(`${FOLDER}/${name}`))).slice());
  });
  return asked;
}

async function desk(tell?: ShippedRuns['tell']): Promise<RunDesk> {
  const host = { nowMs: () => 5, busyRuns: async () => new Set<string>() };
  return new RunDesk(await RunRegistry.open(createMemoryRunStore(), host), new ShippedRuns(BASE, tell));
}

/** The index with one of its entries changed. */
const withEntry = (at: number, change: Record<string, unknown>): string => {
  const index = JSON.parse(INDEX);
  Object.assign(index.runs[at], change);
  return JSON.stringify(index);
};

describe('runs that come with Tessera', () => {
  it('are small, and the files that the index names', async () => {
    const { runs, problems } = readShippedIndex(INDEX);
    expect(problems).toEqual([]);
    expect(runs.length).toBeGreaterThan(0);
    for (const { file, sizeBytes, sha256 } of runs) {
      const bytes = new Uint8Array(readFileSync(`${FOLDER}/${file}`));
      expect([bytes.length, await sha256Hex(bytes)]).toEqual([sizeBytes, sha256]);
      expect(bytes.length).toBeLessThan(MAX_BYTES);
    }
  });

  it('are listed without fetching them, and come whole when one is asked for', async () => {
    const asked = serve();
    const runs = await desk();
    const listed = await runs.list();
    expect(asked).toEqual(['index.json']);
    for (const before of listed) {
      expect(before).toMatchObject({ source: 'shipped', isFetched: false, hasModel: true, status: 'finished' });
      // Asked for twice at once, fetched once.
      await Promise.all([runs.fetched(before.id), runs.fetched(before.id)]);
      const stored = await measuredEvaluations(runs.registry.view(before.id), CURRENT_RUN);
      const model = stored.find(({ report }) => report.kind === 'model' && report.split === 'test');
      expect(model?.ranks.length).toBe(model?.report.users);
    }
    const fetched = await runs.list();
    // What the list said before is what the files hold.
    expect(fetched.map(({ isFetched }) => isFetched)).toEqual(listed.map(() => true));
    for (const [at, { evaluations, metrics, config, data, hasModel }] of listed.entries()) {
      expect(fetched[at]).toMatchObject({ config, data, hasModel });
      expect(Object.keys(fetched[at]?.metrics ?? {})).toEqual(Object.keys(metrics));
      const texts = (of: typeof evaluations) =>
        of.map(({ name, split, metrics: m }) => JSON.stringify([name, split, m]));
      expect(texts(fetched[at]?.evaluations ?? []).sort()).toEqual(texts(evaluations).sort());
    }
    await runs.fetched(listed[0]?.id ?? '');
    expect(asked.length).toBe(1 + listed.length);
  });

  it('are refused when a file is another one, and nothing is kept', async () => {
    serve((name, bytes) => (name.endsWith('.tessera') ? bytes.subarray(1) : bytes));
    const runs = await desk();
    const [first] = await runs.list();
    await expect(runs.fetched(first?.id ?? '')).rejects.toMatchObject({ code: 'shipped/hash' });
    expect(await runs.registry.list()).toEqual([]);
  });

  it('are none where the page has no index', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
    const tell = vi.fn();
    expect(await (await desk(tell)).list()).toEqual([]);
    expect(tell).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalled();
    warn.mockRestore();
  });

  it('are all there but one whose entry is wrong, which is named with its field', () => {
    const { runs } = readShippedIndex(INDEX);
    const refused = (at: number, change: Record<string, unknown>) => {
      const read = readShippedIndex(withEntry(at, change));
      expect(read.runs.map(({ id }) => id)).toEqual(runs.filter((_, other) => other !== at).map(({ id }) => id));
      expect(read.problems).toHaveLength(1);
      return read.problems[0];
    };
    const name = runs[1]?.name ?? '';
    expect(refused(1, { sizeBytes: 'x' })).toMatchObject({
      code: 'shipped/entry',
      message: `models/sample/index.json: run 2, “${name}”, has a field "sizeBytes" that is not as it should be; make it again with scripts/sampleCheckpoints.mjs.`,
    });
    expect(refused(0, { file: '../x.tessera' })?.message).toContain('"file"');
    expect(refused(2, { name: 7 })?.message).toContain('run 3 has a field "name"');
    expect(refused(1, { id: runs[0]?.id })?.message).toContain('the id "');
    expect(refused(1, { config: { system: 'of tomorrow' } })).toMatchObject({
      code: expect.stringMatching(/^config\//),
      message: expect.stringContaining(name),
    });
  });

  it('tells once what is wrong, and lists the others', async () => {
    serve((name, bytes) => (name === 'index.json' ? new TextEncoder().encode(withEntry(0, { sha256: null })) : bytes));
    const tell = vi.fn();
    const runs = await desk(tell);
    expect(await runs.list()).toHaveLength(readShippedIndex(INDEX).runs.length - 1);
    await runs.list();
    expect(tell.mock.calls).toEqual([[[expect.objectContaining({ code: 'shipped/entry' })]]]);
  });

  it('are none where the index is damaged, and that is told', async () => {
    expect(() => readShippedIndex(INDEX.replace('"version": 1', '"version": 2'))).toThrow(/field "version"/);
    for (const text of ['{', '{"version": 2, "runs": []}']) {
      serve((name, bytes) => (name === 'index.json' ? new TextEncoder().encode(text) : bytes));
      const tell = vi.fn();
      expect(await (await desk(tell)).list()).toEqual([]);
      expect(tell).toHaveBeenCalledOnce();
    }
  });
});
