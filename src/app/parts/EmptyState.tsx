import type { ReactNode } from 'react';
import { Mosaic } from './Mosaic';

/** Says what will appear here, why it does not yet, and holds the button that changes it. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className="empty">
      <Mosaic of={title.length * 7919} size={72} />
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}
