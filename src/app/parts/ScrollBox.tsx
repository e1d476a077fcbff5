import type { ReactNode } from 'react';

interface ScrollBoxProps {
  readonly label: string;
  /** Also scrolls downwards beyond a few rows. */
  readonly isLow?: boolean;
  readonly children: ReactNode;
}

/** A box that scrolls wide content and can be scrolled with the keyboard. */
export function ScrollBox({ label, isLow = false, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className={`table-scroll ${isLow ? 'is-low' : ''}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
