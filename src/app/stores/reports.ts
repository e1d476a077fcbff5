/** Reports of this workspace, kept between visits. Every edit can be undone. */
import { create } from 'zustand';
import { readSetting, writeSetting } from '../../worker/client';
import { recordChange } from '../commands/undoStack';
import type { FigureSpec } from '../figures/spec';
import { type NewBlock, type Report, withBlock } from '../reports/report';
import { readReport, reportText } from '../reports/reportFile';

const KEY = 'reports';
/** Typing is saved when it rests. */
const SAVE_MS = 400;

interface Reports {
  /** False until what was kept is read. */
  readonly isKnown: boolean;
  readonly reports: readonly Report[];
  /** The one that "Add to report" adds to: opened last. */
  readonly current: string | null;
  /** Why reports are not kept; null while they are. */
  readonly problem: string | null;
}

interface ReportActions {
  load(): Promise<void>;
  open(id: string | null): void;
  /** Adds a report under a free id and opens it. @returns the id */
  add(report: Omit<Report, 'id'>): string;
  remove(id: string): void;
  /** @param mergeKey edits of one kind that follow each other quickly are one step back */
  edit(id: string, label: string, change: (report: Report) => Report, mergeKey?: string): void;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const useReports = create<Reports & ReportActions>()((set, get) => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** Kept by a newer version, say: they stay as they are. */
  const unread: string[] = [];
  const save = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      writeSetting(KEY, [...get().reports.map(reportText), ...unread]).then(
        () => set({ problem: null }),
        (error: unknown) =>
          set({
            problem: `Reports are not kept in this browser (${messageOf(error)}); save them as files.`,
          }),
      );
    }, SAVE_MS);
  };
  const put = (reports: readonly Report[]): void => {
    set({ reports });
    save();
  };
  /** Replaces the list, as one step that can be undone. */
  const change = (label: string, after: readonly Report[], mergeKey?: string): void => {
    const before = get().reports;
    if (after === before) return;
    put(after);
    recordChange({
      label,
      undo: () => put(before),
      redo: () => put(after),
      ...(mergeKey === undefined ? {} : { mergeKey }),
    });
  };
  return {
    isKnown: false,
    reports: [],
    current: null,
    problem: null,
    async load() {
      if (get().isKnown) return;
      const reports: Report[] = [];
      let problem: string | null = null;
      try {
        for (const text of (await readSetting<readonly string[]>(KEY)) ?? [])
          try {
            reports.push(readReport(text, 'a kept report'));
          } catch (error) {
            unread.push(text);
            problem = messageOf(error);
          }
      } catch (error) {
        problem = messageOf(error);
      }
      // Another call may have been first, or a figure was added meanwhile.
      if (get().isKnown) return;
      const added = get().reports;
      set({
        isKnown: true,
        problem,
        reports: [...reports, ...added],
        current: get().current ?? reports[0]?.id ?? null,
      });
    },
    open: (current) => set({ current }),
    add(report) {
      const used = new Set(get().reports.map(({ id }) => id));
      let number = 1;
      while (used.has(`report-${number}`)) number++;
      const id = `report-${number}`;
      change('new report', [...get().reports, { ...report, id }]);
      set({ current: id });
      return id;
    },
    remove(id) {
      change(
        'report',
        get().reports.filter((report) => report.id !== id),
      );
      if (get().current === id) set({ current: get().reports[0]?.id ?? null });
    },
    edit(id, label, edit, mergeKey) {
      const { reports } = get();
      const report = reports.find((one) => one.id === id);
      if (!report) return;
      const next = edit(report);
      if (next !== report)
        change(
          label,
          reports.map((one) => (one === report ? next : one)),
          mergeKey,
        );
    },
  };
});

export const currentReport = ({ reports, current }: Pick<Reports, 'reports' | 'current'>): Report | null =>
  reports.find(({ id }) => id === current) ?? reports[0] ?? null;

/**
 * Adds a block to the report that was opened last, or to a first one. @returns its title
 * @throws FormatError `report/field` for a block that could not be read back
 */
export async function addToReport(block: NewBlock): Promise<string> {
  readReport(reportText({ id: 'check', title: '', blocks: [{ ...block, id: 'b1' }] }), 'the block');
  await useReports.getState().load();
  const store = useReports.getState();
  const report = currentReport(store);
  if (report) store.edit(report.id, 'block', (one) => withBlock(one, block));
  else store.add({ title: 'My report', blocks: [{ ...block, id: 'b1' }] });
  return report?.title ?? 'My report';
}

export const figureBlock = (spec: FigureSpec): NewBlock => ({ kind: 'figure', spec, caption: '' });
