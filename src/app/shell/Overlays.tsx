import { lazy, Suspense } from 'react';
import { useOverlays } from '../stores/overlays';

const CommandPalette = lazy(async () => ({ default: (await import('../commands/CommandPalette')).CommandPalette }));
const HelpSheet = lazy(async () => ({ default: (await import('../commands/HelpSheet')).HelpSheet }));

/** The dialogs that open from every page; their scripts come with the first opening. */
export function Overlays() {
  const open = useOverlays((overlays) => overlays.open);
  if (open === null) return null;
  return <Suspense fallback={null}>{open === 'palette' ? <CommandPalette /> : <HelpSheet />}</Suspense>;
}
