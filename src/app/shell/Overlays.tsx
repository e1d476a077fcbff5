import { CommandPalette } from '../commands/CommandPalette';
import { HelpSheet } from '../commands/HelpSheet';
import { useOverlays } from '../stores/overlays';

/** The dialogs that open from every page. Not lazy: what is typed right after Mod+K must land in the field. */
export function Overlays() {
  const open = useOverlays((overlays) => overlays.open);
  if (open === null) return null;
  return open === 'palette' ? <CommandPalette /> : <HelpSheet />;
}
