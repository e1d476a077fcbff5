import '../styles/reports.css';
import { FileText, Table2, Text, Trash2, Undo2 } from 'lucide-react';
import { useEffect, useId } from 'react';
import { undoChange, useUndoLabels } from '../commands/undoStack';
import { EmptyState } from '../parts/EmptyState';
import { PageHead } from '../parts/PageHead';
import { BlockEditor } from '../reports/BlockEditor';
import { NewReport } from '../reports/NewReport';
import { ReportExport } from '../reports/ReportExport';
import { type Report, withBlock } from '../reports/report';
import { reportedRun } from '../reports/templates';
import { useSession } from '../sessionContext';
import { currentReport, useReports } from '../stores/reports';
import { useRuns } from '../stores/runs';

const LEAD = 'Text, figures, tables and runs in one page that opens anywhere, without a server.';

/** Reports: made of blocks, kept in the browser, saved as files. */
export function ReportsPage() {
  const { isKnown, load, problem } = useReports();
  const report = useReports(currentReport);
  useEffect(() => void load(), [load]);
  return (
    <>
      <PageHead title="Reports" lead={LEAD} hasFigures={false}>
        {report && <ReportExport report={report} />}
        <NewReport />
      </PageHead>
      {problem !== null && (
        <p className="notice is-warn" role="status">
          {problem}
        </p>
      )}
      {isKnown && !report && (
        <EmptyState
          title="No report yet"
          action={
            <div className="button-row">
              <NewReport isPrimary />
            </div>
          }
        >
          A report is a page of text, figures and tables to send or to print. Begin one here, or choose “Add to report”
          in the Export menu of any figure.
        </EmptyState>
      )}
      {report && <ReportEditor report={report} />}
    </>
  );
}

const PARTS = [
  ['figure', 'figure'],
  ['table', 'table'],
  ['runs', 'run set'],
  ['text', 'text'],
] as const;

/** "2 figures, 1 table, 3 texts" */
const partsOf = ({ blocks }: Report): string =>
  PARTS.map(([kind, name]) => [blocks.filter((block) => block.kind === kind).length, name] as const)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}${count > 1 ? 's' : ''}`)
    .join(', ') || 'empty';

function ReportEditor({ report }: { readonly report: Report }) {
  const id = useId();
  const session = useSession();
  const { reports, open, edit, remove } = useReports();
  const { undo } = useUndoLabels();
  const addRuns = async (): Promise<void> => {
    await session.runs.refresh();
    const runs = useRuns.getState().runs.map(reportedRun);
    edit(report.id, 'block', (one) => withBlock(one, { kind: 'runs', caption: '', runs }));
  };
  return (
    <div className="report">
      <nav className="report-list" aria-label="Reports">
        {reports.map((one) => (
          <button
            key={one.id}
            type="button"
            className="report-entry"
            aria-pressed={one.id === report.id}
            onClick={() => open(one.id)}
          >
            <FileText size={15} aria-hidden />
            <span className="report-name">
              {one.title || 'Untitled report'}
              <span className="report-parts">{partsOf(one)}</span>
            </span>
          </button>
        ))}
      </nav>
      <div className="report-body">
        <h2 className="visually-hidden">Report {report.title}</h2>
        <div className="report-title">
          <label htmlFor={id} className="visually-hidden">
            Title of the report
          </label>
          <input
            id={id}
            value={report.title}
            maxLength={200}
            onChange={(event) =>
              edit(report.id, 'title', (one) => ({ ...one, title: event.target.value }), `report ${report.id} title`)
            }
          />
          <button type="button" className="button is-small" disabled={undo === null} onClick={undoChange}>
            <Undo2 size={13} aria-hidden /> Undo
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Delete the report ${report.title}`}
            onClick={() => remove(report.id)}
          >
            <Trash2 size={14} aria-hidden />
          </button>
        </div>
        {report.blocks.map((block, place) => (
          <BlockEditor key={block.id} reportId={report.id} block={block} place={place} count={report.blocks.length} />
        ))}
        <div className="button-row report-add">
          <button
            type="button"
            className="button"
            onClick={() => edit(report.id, 'block', (one) => withBlock(one, { kind: 'text', text: '' }))}
          >
            <Text size={14} aria-hidden /> Add text
          </button>
          <button type="button" className="button" onClick={() => void addRuns()}>
            <Table2 size={14} aria-hidden /> Add the runs
          </button>
          <span className="quiet">Figures come from the Export menu of any figure: “Add to report”.</span>
        </div>
      </div>
    </div>
  );
}
