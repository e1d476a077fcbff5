import { type ReactNode, useRef } from 'react';

/** A button that opens a short list of actions below it; closing it, by Escape or by an action, gives the focus back. */
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
    if (!menu.current) return;
    const hadFocus = menu.current.contains(document.activeElement);
    menu.current.open = false;
    // A closed list is hidden, and what is hidden cannot keep the focus.
    if (hadFocus) menu.current.querySelector('summary')?.focus();
  };
  return (
    <details
      ref={menu}
      className="export-menu"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && menu.current?.open) close();
      }}
    >
      <summary className={isSmall ? 'button is-small' : 'button'}>{label}</summary>
      <div className="export-list">{children(close)}</div>
    </details>
  );
}
