import { CircleHelp, Cpu, HardDrive, Link2, Menu, PanelRight, Search, TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';
import { KeyCaps } from '../commands/KeyCaps';
import { copyLinkToClipboard } from '../commands/useGlobalCommands';
import { formatShare, formatSize } from '../format/numbers';
import { toggleInspector, useIsInspectorOpen } from '../inspector/inspectorView';
import { useCatalogue } from '../stores/catalogue';
import { useOverlays } from '../stores/overlays';
import { useRail } from '../stores/rail';
import { useWorkspace } from '../stores/workspace';
import { Logo } from './Logo';
import { ThemeToggle } from './ThemeToggle';
import { useStorageUse } from './useStorageUse';

/** What the page runs on and what holds everywhere: device, room, theme. */
export function TopBar() {
  return (
    <header className="top-bar">
      <DrawerButton />
      <Link href="/" className="brand" aria-label="Tessera, to the first page">
        <Logo />
        <span className="brand-name">Tessera</span>
      </Link>
      <PaletteButton />
      <div className="top-bar-end">
        <GpuChip />
        <StorageMeter />
        <button
          type="button"
          className="icon-button link-copy"
          aria-label="Copy a link to this view"
          title="Copy a link to this view"
          onClick={() => void copyLinkToClipboard()}
        >
          <Link2 size={17} aria-hidden />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Help and shortcuts"
          title="Help and shortcuts"
          onClick={() => useOverlays.getState().show('help')}
        >
          <CircleHelp size={17} aria-hidden />
        </button>
        <InspectorButton />
        <ThemeToggle />
      </div>
    </header>
  );
}

/** Opens the pages on narrow windows, where the rail is a drawer. */
function DrawerButton() {
  const isOpen = useRail((rail) => rail.isDrawerOpen);
  return (
    <button
      type="button"
      className="icon-button drawer-button"
      aria-label="Pages"
      aria-expanded={isOpen}
      aria-controls="pages"
      onClick={() => useRail.getState().openDrawer(!isOpen)}
    >
      <Menu size={18} aria-hidden />
    </button>
  );
}

function InspectorButton() {
  const isOpen = useIsInspectorOpen();
  return (
    <button
      type="button"
      className="icon-button"
      aria-label="Inspector"
      title={isOpen ? 'Hide the inspector' : 'Show the inspector'}
      aria-expanded={isOpen}
      aria-controls={isOpen ? 'inspector' : undefined}
      onClick={toggleInspector}
    >
      <PanelRight size={17} aria-hidden />
    </button>
  );
}

function PaletteButton() {
  return (
    <button
      type="button"
      className="palette-button"
      aria-label="Search and commands"
      onClick={() => useOverlays.getState().show('palette')}
    >
      <Search size={14} aria-hidden />
      <span className="palette-button-words">Search or run a command</span>
      <KeyCaps keys="Mod+K" />
    </button>
  );
}

function GpuChip() {
  const phase = useWorkspace((state) => state.phase);
  const adapter = useWorkspace((state) => state.adapter);
  if (phase === 'connecting') return <span className="chip gpu-chip is-waiting">Looking for a GPU …</span>;
  if (!adapter)
    return (
      <Link href="/settings?section=gpu" className="chip gpu-chip is-missing">
        <TriangleAlert size={14} aria-hidden />
        <span>No WebGPU</span>
      </Link>
    );
  return (
    <Link href="/settings?section=gpu" className="chip gpu-chip" title={`${adapter.name}: what this adapter offers`}>
      <Cpu size={14} aria-hidden />
      <span className="gpu-name">{adapter.name}</span>
      {adapter.isSoftware && <span className="badge is-warn">software</span>}
    </Link>
  );
}

/** From here on imports are refused (MAX_QUOTA_SHARE of the workspace), so it is said in words too. */
const NEARLY_FULL = 0.8;

function StorageMeter() {
  useStorageUse();
  const { usedBytes, quotaBytes } = useCatalogue((state) => state.storage);
  if (quotaBytes === 0) return null;
  const share = usedBytes / quotaBytes;
  const isFull = share > NEARLY_FULL;
  return (
    <Link
      href="/settings?section=storage"
      className={`chip storage-meter ${isFull ? 'is-missing' : ''}`}
      title={`${formatSize(usedBytes)} of ${formatSize(quotaBytes)} of this browser’s storage in use (${formatShare(share)})`}
    >
      <HardDrive size={14} aria-hidden />
      <span className="meter" aria-hidden="true">
        <span className="meter-fill" style={{ transform: `scaleX(${Math.min(1, share)})` }} />
      </span>
      <span className="storage-words">
        {formatSize(usedBytes)}
        {isFull && ': nearly full'}
      </span>
    </Link>
  );
}
