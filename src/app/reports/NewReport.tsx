import { FilePlus2, FolderOpen } from 'lucide-react';
import { useId } from 'react';
import { useDataNote } from '../figures/useDataNote';
import { MenuButton } from '../parts/MenuButton';
import { reportOf } from '../reportOf';
import { useSession } from '../sessionContext';
import { useReports } from '../stores/reports';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';
import type { Report } from './report';
import { REPORT_EXTENSION, readReport } from './reportFile';
import { ablationReport, blankReport, codebookAudit } from './templates';

/** Begins a report: empty, from a template, or from a file. */
export function NewReport({ isPrimary = false }: { readonly isPrimary?: boolean }) {
  const id = useId();
  const session = useSession();
  const note = useDataNote();
  const add = useReports((store) => store.add);
  const notify = useWorkspace((state) => state.notify);
  const begin = async (title: string, make: () => Report | Promise<Report>): Promise<void> => {
    try {
      // Ids must be free among what was kept.
      await useReports.getState().load();
      add(await make());
    } catch (error) {
      notify({ kind: 'error', title, ...reportOf(error) });
    }
  };
  const templates: readonly (readonly [string, () => Report | Promise<Report>])[] = [
    ['Empty', blankReport],
    [
      'Ablation',
      async () => {
        await session.runs.refresh();
        return ablationReport(useRuns.getState().runs.filter(({ evaluations }) => evaluations.length > 0));
      },
    ],
    [
      'Codebook audit',
      async () => {
        const hasData = useWorkspace.getState().data !== null;
        return codebookAudit(
          hasData ? await session.codeWall() : null,
          hasData ? await session.codePaths([]) : null,
          note,
        );
      },
    ],
  ];
  return (
    <>
      <MenuButton
        label={
          <>
            <FilePlus2 size={14} aria-hidden /> New report
          </>
        }
      >
        {(close) =>
          templates.map(([name, make]) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                close();
                void begin('The report could not be made', make);
              }}
            >
              {name}
            </button>
          ))
        }
      </MenuButton>
      <input
        id={id}
        className="visually-hidden"
        type="file"
        accept={`${REPORT_EXTENSION},application/json`}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void begin('The report could not be opened', async () => readReport(await file.text(), file.name));
          event.target.value = '';
        }}
      />
      <label htmlFor={id} className={`button ${isPrimary ? 'is-primary' : ''}`} title={`A file *${REPORT_EXTENSION}`}>
        <FolderOpen size={14} aria-hidden /> Open a report
      </label>
    </>
  );
}
