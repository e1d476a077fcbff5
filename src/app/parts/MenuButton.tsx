import { type ReactNode, useRef } from 'react';

/** A button that opens a short list of actions below it; Escape closes it and gives the focus back. */
export function MenuButton({
  label,
  isSmall = false,
  children,
}: {
  readonly label: ReactNode;
  readonly isSmall?: boolean;
  /** Makes the list; `close` is for its actions. */
  readonly children: (close: () => void) => ReactNode;
}) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (menu.current) menu.current.open = false;
  };
  return (
    <details
      ref={menu}
      className="export-menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        close();
        menu.current.querySelector('summary')?.focus();
      }}
    >
      <summary className={isSmall ? 'button is-small' : 'button'}>{label}</summary>
      <div className="export-list">{children(close)}</div>
    </details>
  );
}
