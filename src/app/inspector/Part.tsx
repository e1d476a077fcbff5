import type { ReactNode } from 'react';

interface PartProps {
  readonly title: string;
  readonly note?: string | undefined;
  readonly children: ReactNode;
}

/** One part of what is picked, or one thing to know about it. */
export function Part({ title, note, children }: PartProps) {
  return (
    <section className="inspector-part" aria-label={title}>
      <h3>
        {title}
        {note !== undefined && <small> {note}</small>}
      </h3>
      {children}
    </section>
  );
}

/** Names and values below each other. */
export function Facts({ rows }: { readonly rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="inspector-facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
