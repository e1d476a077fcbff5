import { RotateCw } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { CopyButton } from '../parts/CopyButton';
import { errorDetails } from '../parts/errorDetails';
import { Panel } from '../parts/Panel';

interface State {
  readonly error: Error | null;
}

/**
 * What a page shows when drawing it throws, or when its script cannot be fetched. The other pages, the job and what is
 * stored are untouched, and the panel says so. (React catches errors of drawing in classes only.)
 */
export class CrashPanel extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(thrown: unknown): State {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const isMissing = /dynamically imported module|module script/i.test(error.message);
    return (
      <Panel title={isMissing ? 'A part of the page could not be fetched' : 'This page has met a fault of Tessera'}>
        <div className="stack" role="alert">
          <p>
            {isMissing
              ? 'The connection is down, or a newer version has been put on the host since this page was opened.'
              : 'Drawing it failed. The other pages, a running job and what is stored are not touched.'}
          </p>
          <p className="error-code">{error.message}</p>
          <div className="button-row is-left">
            <button type="button" className="button is-primary" onClick={() => location.reload()}>
              <RotateCw size={14} aria-hidden /> Reload the page
            </button>
            <CopyButton
              label="Copy details"
              text={() =>
                errorDetails({
                  title: 'a page could not be drawn',
                  error: { code: 'defect', message: error.message },
                  stack: error.stack,
                })
              }
            />
          </div>
        </div>
      </Panel>
    );
  }
}
