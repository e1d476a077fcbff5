import { Download } from 'lucide-react';
import { useId, useState } from 'react';
import { downloadText } from '../figures/download';
import { MenuButton } from '../parts/MenuButton';
import { useRuns } from '../stores/runs';
import { useWorkspace } from '../stores/workspace';
import { anonymised } from './anonymise';
import type { Report } from './report';
import { REPORT_EXTENSION, reportText } from './reportFile';
import { reportHtml } from './reportHtml';
import { reportTex } from './reportTex';

const stemOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'report';

/** Files of a report: one page to send, its tables for a paper, and the report itself to go on with. */
export function ReportExport({ report }: { readonly report: Report }) {
  const id = useId();
  const [isAnonymous, setAnonymous] = useState(false);
  const shown = (): Report => {
    if (!isAnonymous) return report;
    const { runs } = useRuns.getState();
    const { data, adapter } = useWorkspace.getState();
    return anonymised(report, {
      data: [...(data ? [data.name] : []), ...runs.map((run) => run.data.name)],
      runs: runs.flatMap(({ id: run, name }) => [name, run]),
      others: [...(adapter ? [adapter.name] : []), Intl.DateTimeFormat().resolvedOptions().timeZone],
    });
  };
  const save = (extension: string, type: string, write: (one: Report) => string): void => {
    const one = shown();
    downloadText(`${stemOf(one.title)}${extension}`, type, write(one));
  };
  return (
    <>
      <label className="check-field" htmlFor={id} title="Names of runs and data, paths, addresses, GPU and time zone">
        <input id={id} type="checkbox" checked={isAnonymous} onChange={(event) => setAnonymous(event.target.checked)} />
        Anonymise files
      </label>
      <MenuButton
        label={
          <>
            <Download size={14} aria-hidden /> Save the report
          </>
        }
      >
        {(close) => (
          <>
            <button
              type="button"
              onClick={() => {
                close();
                save('.html', 'text/html', reportHtml);
              }}
            >
              One HTML file, no script
            </button>
            <button
              type="button"
              onClick={() => {
                close();
                save('.tex', 'text/x-tex', reportTex);
              }}
            >
              Tables as LaTeX
            </button>
            <button
              type="button"
              onClick={() => {
                close();
                save(REPORT_EXTENSION, 'application/json', reportText);
              }}
            >
              The report, to open again
            </button>
          </>
        )}
      </MenuButton>
    </>
  );
}
