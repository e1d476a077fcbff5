import { describe, expect, it } from 'vitest';
import type { CodebookReport } from '../train/reports';
import type { Progress, WorkerEvent } from './protocol';
import { ANSWER_MS, HANDOVER_MS, type LetGo, TabDesk } from './tabDesk';
import { envelopeOf, MOST_ROWS, readEnvelope } from './tabMessages';

const PROGRESS: Progress = {
  stage: 'recommender',
  isPaused: false,
  done: 3,
  total: 9,
  unit: 'steps',
  rate: 2,
  etaSeconds: null,
  epoch: 0,
  epochs: 4,
};
const JOB = { runId: 'calm-fox', name: 'wide', part: 'recommender', dataName: 'shop' } as const;
const row = (step: number) => ({ run: 'recommender' as const, step, epoch: 0, seconds: 1, values: { loss: 1 / step } });

const codebook = (step: number): CodebookReport => ({
  step,
  codes: 2,
  levels: 1,
  groups: [
    {
      name: 'all items',
      items: 3,
      collisionRate: 0.25,
      levels: [{ usedShare: 1, perplexity: 1.9, dead: 0, counts: [1, 2] }],
      books: [{ name: 'root', entries: 2, usedShare: 1 }],
    },
  ],
});

/** A browser: a channel that reaches all other tabs, one lock, and a clock that the test moves. */
function browser() {
  const desks: TabDesk[] = [];
  const timers = new Set<{ at: number; work: () => void }>();
  const waiting: ((release: () => void) => void)[] = [];
  let now = 0;
  let isLocked = false;
  let ids = 0;
  const give = (): void => {
    const next = waiting.shift();
    isLocked = next !== undefined;
    next?.(give);
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const tab = (answer: LetGo = { minutes: null, entry: null }) => {
    const told: WorkerEvent[] = [];
    const done: string[] = [];
    const state = { shown: JOB.runId as string | null, stops: true };
    const desk: TabDesk = new TabDesk({
      newId: () => `id-${ids++}`,
      post: (envelope) => {
        for (const other of desks) if (other !== desk) other.receive(structuredClone(envelope));
      },
      after: (ms, work) => {
        const timer = { at: now + ms, work };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      isTrainerBusy: async () => isLocked,
      waitForTrainer: (signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => {
            const at = waiting.indexOf(resolve);
            if (at >= 0) waiting.splice(at, 1);
            reject(signal.reason);
          });
          waiting.push(resolve);
          if (!isLocked) give();
        }),
      shownId: () => state.shown,
      tell: (event) => told.push(event),
      queueChanged: () => done.push('queue'),
      runChanged: (id) => done.push(`changed ${id}`),
      trainerGone: () => done.push('gone'),
      letGo: () => {
        done.push('letGo');
        if (state.stops)
          void settle().then(() => {
            desk.follow({ kind: 'finished', run: 'recommender', outcome: 'stopped' });
            give();
          });
        return answer;
      },
    });
    desks.push(desk);
    const begin = (): void => {
      isLocked = true;
      desk.began(JOB);
    };
    return { desk, told, done, state, begin };
  };
  return {
    tab,
    settle,
    unlock: give,
    /** Its tab is closed: it says nothing any more, and the browser gives its lock back. */
    close: (desk: TabDesk): void => void desks.splice(desks.indexOf(desk), 1),
    pass: async (ms: number): Promise<void> => {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.work();
      }
      await settle();
    },
  };
}

const lastJob = (told: readonly WorkerEvent[]) => told.findLast((event) => event.kind === 'elsewhere')?.job;

describe('TabDesk', () => {
  it('shows what another tab trains: how far it is, and rows of the run that is shown here', async () => {
    const { tab, pass } = browser();
    const [trainer, viewer, elsewhere] = [tab(), tab(), tab()];
    elsewhere.state.shown = 'other-run';
    trainer.begin();
    expect(lastJob(viewer.told)).toEqual({ ...JOB, progress: null });
    trainer.desk.follow({ kind: 'progress', progress: PROGRESS });
    trainer.desk.follow({ kind: 'metrics', rows: [row(1)] });
    trainer.desk.follow({ kind: 'metrics', rows: [row(2)] });
    expect(viewer.told).toHaveLength(1);
    await pass(1000);
    expect(lastJob(viewer.told)?.progress).toEqual(PROGRESS);
    expect(viewer.told.filter(({ kind }) => kind === 'metrics')).toEqual([{ kind: 'metrics', rows: [row(1), row(2)] }]);
    expect(elsewhere.told.some(({ kind }) => kind === 'metrics')).toBe(false);
    trainer.desk.follow({ kind: 'finished', run: 'recommender', outcome: 'done' });
    expect(lastJob(viewer.told)).toBeNull();
    expect(viewer.done).toEqual([`changed ${JOB.runId}`]);
    expect(elsewhere.done).toEqual([]);
  });

  it('tells a tab that is opened later, and passes on changes of the queue and of the runs', () => {
    const { tab } = browser();
    const trainer = tab();
    trainer.begin();
    const late = tab();
    expect(late.told).toEqual([]);
    late.desk.greet();
    expect(lastJob(late.told)).toEqual({ ...JOB, progress: null });
    trainer.desk.follow({ kind: 'queue', state: { entries: [], isHeld: true, heldBecause: null } });
    trainer.desk.follow({ kind: 'runs' });
    expect(late.done).toEqual(['queue']);
    expect(late.told.at(-1)).toEqual({ kind: 'runs' });
  });

  it('passes on how the codes are used while the tokenizer trains, the newest also to a tab that is opened later', async () => {
    const { tab, pass } = browser();
    const [trainer, viewer, elsewhere] = [tab(), tab(), tab()];
    elsewhere.state.shown = 'other-run';
    trainer.begin();
    for (const step of [1, 2]) trainer.desk.follow({ kind: 'codebook', report: codebook(step) });
    await pass(1000);
    const reports = (told: readonly WorkerEvent[]) =>
      told.flatMap((event) => (event.kind === 'codebook' ? [event.report.step] : []));
    expect(viewer.told).toContainEqual({ kind: 'codebook', report: codebook(2) });
    // Told once, however often the progress is.
    trainer.desk.follow({ kind: 'progress', progress: PROGRESS });
    await pass(1000);
    expect(reports(viewer.told)).toEqual([2]);
    expect(reports(elsewhere.told)).toEqual([]);
    const late = tab();
    late.desk.greet();
    expect(late.told.map(({ kind }) => kind)).toEqual(['elsewhere', 'codebook']);
    trainer.desk.follow({ kind: 'finished', run: 'recommender', outcome: 'done' });
    trainer.begin();
    const later = tab();
    later.desk.greet();
    expect(reports(later.told)).toEqual([]);
  });

  it('notices that the tab is gone by its lock, not by its silence', async () => {
    const { tab, pass, close, unlock } = browser();
    const [trainer, viewer] = [tab(), tab()];
    trainer.begin();
    await pass(60_000);
    expect(lastJob(viewer.told)).toMatchObject(JOB);
    close(trainer.desk);
    unlock();
    await pass(60_000);
    expect(lastJob(viewer.told)).toBeNull();
    expect(viewer.done).toEqual([`changed ${JOB.runId}`, 'gone']);
  });

  it('hands a training over with the right to train, and no third tab gets in between', async () => {
    const { tab } = browser();
    const [trainer, viewer] = [tab({ minutes: 2.5, entry: null }), tab()];
    trainer.begin();
    const { job, minutes, entry, release } = await viewer.desk.takeOver();
    expect({ ...job, minutes, entry }).toMatchObject({ ...JOB, minutes: 2.5, entry: null });
    expect(trainer.done).toEqual(['letGo']);
    const third = tab();
    third.desk.receive(envelopeOf('x', { kind: 'job', job: { ...JOB, progress: null } }));
    const silent = expect(third.desk.takeOver()).rejects.toMatchObject({ code: 'tabs/none' });
    release();
    await silent;
  });

  it('says so when the other tab does not answer, and gives the right back if it comes late', async () => {
    const { tab, pass, close, settle, unlock } = browser();
    const [trainer, viewer] = [tab(), tab()];
    trainer.begin();
    close(trainer.desk);
    const refused = expect(viewer.desk.takeOver()).rejects.toMatchObject({ code: 'tabs/silent' });
    await settle();
    await pass(ANSWER_MS);
    await refused;
    unlock();
    const fresh = tab();
    fresh.begin();
    expect(lastJob(viewer.told)).toMatchObject(JOB);
  });

  it('says so when the other tab answers and does not come to an end', async () => {
    const { tab, pass, settle } = browser();
    const [trainer, viewer] = [tab(), tab()];
    trainer.state.stops = false;
    trainer.begin();
    const refused = expect(viewer.desk.takeOver()).rejects.toMatchObject({ code: 'tabs/slow' });
    await settle();
    await pass(ANSWER_MS);
    await pass(HANDOVER_MS);
    await refused;
    await expect(tab().desk.takeOver()).rejects.toMatchObject({ code: 'tabs/none' });
  });

  it('lets go only of the run that it trains', () => {
    const { tab } = browser();
    const trainer = tab();
    trainer.begin();
    trainer.desk.receive(envelopeOf('x', { kind: 'letGo', ask: 'a', runId: 'another' }));
    expect(trainer.done).toEqual([]);
    trainer.desk.receive(envelopeOf('x', { kind: 'job', job: { ...JOB, progress: null } }));
    expect(trainer.desk.other).toBeNull();
  });
});

describe('readEnvelope', () => {
  const report = (change: object) => {
    const good = codebook(1);
    const groups = good.groups.map((group) => ({
      ...group,
      levels: group.levels.map((level) => ({ ...level, ...change })),
    }));
    return { version: 1, from: 'x', message: { kind: 'codebook', runId: 'calm-fox', report: { ...good, groups } } };
  };
  const rows = (all: readonly unknown[]) => ({
    version: 1,
    from: 'x',
    message: { kind: 'rows', runId: 'calm-fox', rows: all },
  });

  it('takes what a tab says, with losses that are no number', () => {
    expect(readEnvelope(rows([{ ...row(1), values: { loss: Number.NaN } }]))?.message.kind).toBe('rows');
    expect(readEnvelope(report({}))?.message.kind).toBe('codebook');
    expect(readEnvelope(envelopeOf('x', { kind: 'who' }))).toEqual({ from: 'x', message: { kind: 'who' } });
  });

  it.each([
    ['no object', 'who'],
    ['another version', { version: 2, from: 'x', message: { kind: 'who' } }],
    ['no sender', { version: 1, from: '', message: { kind: 'who' } }],
    ['an unknown kind', { version: 1, from: 'x', message: { kind: 'erase' } }],
    ['more fields', { version: 1, from: 'x', message: { kind: 'who', more: 1 } }],
    ['a step that is no count', rows([{ ...row(1), step: -1 }])],
    ['a value that is text', rows([{ ...row(1), values: { loss: '<b>' } }])],
    ['a code that no item can have', report({ counts: [-1] })],
    ['a report with more fields', report({ html: '<b>' })],
    ['too many rows', rows(new Array(MOST_ROWS + 1).fill(row(1)))],
  ])('drops %s', (_, value) => {
    expect(readEnvelope(value)).toBeNull();
  });
});
