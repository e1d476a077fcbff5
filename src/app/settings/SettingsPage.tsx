import { type ReactNode, useEffect } from 'react';
import { StoragePanel } from '../data/StoragePanel';
import { oneOf, useViewParam } from '../navigation/viewParams';
import { ForgetButton } from '../parts/ForgetButton';
import { PageHead } from '../parts/PageHead';
import { AppearancePanel } from './AppearancePanel';
import { AttentionPanel } from './AttentionPanel';
import { GpuSection } from './GpuSection';
import { PrivacyPanel } from './PrivacyPanel';
import { RunsPanel } from './RunsPanel';
import { ShortcutsPanel } from './ShortcutsPanel';
import { StoredElsewhere } from './StoredElsewhere';

const SECTIONS = ['storage', 'gpu', 'shortcuts', 'appearance', 'privacy'] as const;
type SectionName = (typeof SECTIONS)[number];
const TITLES: Readonly<Record<SectionName, string>> = {
  storage: 'Storage',
  gpu: 'GPU',
  shortcuts: 'Shortcuts',
  appearance: 'Appearance',
  privacy: 'Privacy',
};
const CONTENTS: Readonly<Record<SectionName, () => ReactNode>> = {
  storage: () => (
    <>
      <StoragePanel />
      <RunsPanel />
      <StoredElsewhere />
      <div className="button-row is-left">
        <ForgetButton />
      </div>
    </>
  ),
  gpu: () => <GpuSection />,
  shortcuts: () => <ShortcutsPanel />,
  appearance: () => (
    <>
      <AppearancePanel />
      <AttentionPanel />
    </>
  ),
  privacy: () => <PrivacyPanel />,
};

/** What belongs to this browser, not to a run: one section at a time, named in the address. */
export function SettingsPage() {
  const [section, choose] = useViewParam('section', oneOf(SECTIONS, 'storage'));
  useEffect(() => {
    document.getElementById(`settings-${section}`)?.scrollIntoView({ block: 'nearest' });
  }, [section]);
  return (
    <>
      <PageHead title="Settings" lead="What belongs to this browser, not to a run." hasFigures={false} />
      <div className="settings">
        <nav className="settings-nav" aria-label="Sections">
          <ul>
            {SECTIONS.map((name) => (
              <li key={name}>
                <button type="button" aria-current={name === section ? 'true' : undefined} onClick={() => choose(name)}>
                  {TITLES[name]}
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <div id={`settings-${section}`} className="stack">
          {CONTENTS[section]()}
        </div>
      </div>
    </>
  );
}
