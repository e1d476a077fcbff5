import type { ReactNode } from 'react';
import { SelectionChips } from '../shell/SelectionChips';
import { useWorkspace } from '../stores/workspace';

interface PageHeadProps {
  readonly title: string;
  readonly lead: string;
  /** True where figures of the data set show: the embedded sample must say what it is. */
  readonly hasFigures?: boolean;
  readonly children?: ReactNode;
}

export function PageHead({ title, lead, hasFigures = true, children }: PageHeadProps) {
  const isSimulated = useWorkspace((state) => state.data?.isSimulated ?? false);
  return (
    <header className="page-head">
      <div className="page-title">
        <h1>{title}</h1>
        <p>
          <span className="page-lead">{lead}</span>{' '}
          {hasFigures && isSimulated && (
            <span className="provenance">simulated behaviour over public-domain pictures</span>
          )}
        </p>
      </div>
      {children !== undefined && <div className="page-actions">{children}</div>}
      {hasFigures && <SelectionChips />}
    </header>
  );
}
