import { useEffect } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { useDataSession } from '../data/dataSessionContext';
import { toggleInspector } from '../inspector/inspectorView';
import { currentLink } from '../navigation/address';
import { navigate } from '../navigation/hashPath';
import { pickView, saveView } from '../navigation/savedViews';
import { PAGES } from '../routes';
import { useSession } from '../sessionContext';
import { activeImport, useCatalogue } from '../stores/catalogue';
import { runningRun, useJobs } from '../stores/jobs';
import { useOverlays } from '../stores/overlays';
import { useRail } from '../stores/rail';
import { useRuns } from '../stores/runs';
import { isNothing, useSelection } from '../stores/selection';
import { useTheme } from '../stores/theme';
import { useToasts } from '../stores/toasts';
import { useWorkspace } from '../stores/workspace';
import { startKeyboard } from './keyboard';
import { type Command, useCommands } from './registry';
import { redoChange, undoChange, useUndoLabels } from './undoStack';

/** What can be done on every page, and the keyboard that runs it. */
export function useGlobalCommands(): void {
  useEffect(() => startKeyboard(window), []);
  useCommands([...PAGE_COMMANDS, ...VIEW_COMMANDS]);
  useCommands(useJobCommands());
  useCommands(useStateCommands());
}

const PAGE_COMMANDS: readonly Command[] = PAGES.map(({ path, title, words, letter }) => ({
  id: `open ${path}`,
  title: `Go to ${title}`,
  group: 'pages',
  words,
  keys: `g ${letter}`,
  run: () => navigate(path),
}));

const VIEW_COMMANDS: readonly Command[] = [
  {
    id: 'palette',
    title: 'Search and commands',
    group: 'view',
    keys: 'Mod+K',
    isHidden: true,
    run: () => toggle('palette'),
  },
  { id: 'help', title: 'Help and shortcuts', group: 'view', keys: 'Mod+/', run: () => toggle('help') },
  {
    id: 'help.single',
    title: 'Help and shortcuts',
    group: 'view',
    keys: '?',
    isHidden: true,
    run: () => toggle('help'),
  },
  { id: 'filter', title: 'Go to the page’s search field', group: 'view', keys: '/', run: focusFilter },
  { id: 'theme.light', title: 'Theme: light', group: 'view', run: () => useTheme.getState().choose('light') },
  { id: 'theme.dark', title: 'Theme: dark', group: 'view', run: () => useTheme.getState().choose('dark') },
  { id: 'theme.system', title: 'Theme: as the system', group: 'view', run: () => useTheme.getState().choose('system') },
  {
    id: 'inspector',
    title: 'Show or hide the inspector',
    group: 'view',
    words: 'selection details item code user run closely',
    keys: 'i',
    run: toggleInspector,
  },
  {
    id: 'rail.fold',
    title: 'Show or hide the names of pages',
    group: 'view',
    run: () => useRail.getState().fold(!useRail.getState().isFolded),
  },
  { id: 'link.copy', title: 'Copy a link to this view', group: 'view', words: 'share url address', run: copyLink },
  { id: 'view.save', title: 'Save this view as a file', group: 'view', words: 'share selection link', run: saveView },
  { id: 'view.open', title: 'Open a saved view', group: 'view', words: 'file selection link', run: pickView },
];

function useJobCommands(): readonly Command[] {
  const session = useSession();
  const dataSession = useDataSession();
  const run = useJobs(runningRun);
  const isPaused = useJobs(({ progress }) => progress?.isPaused ?? false);
  const job = useCatalogue(activeImport);
  const commands: Command[] = [];
  if (run !== null) {
    commands.push(
      {
        id: 'job.pause',
        title: `${isPaused ? 'Resume' : 'Pause'} the ${run}`,
        group: 'job',
        keys: 'Space',
        within: '[data-training]',
        run: () => void (isPaused ? session.resume() : session.pause()),
      },
      ...(isPaused
        ? [
            {
              id: 'job.step',
              title: `One step of the ${run}`,
              group: 'job' as const,
              keys: '.',
              within: '[data-training]',
              run: () => void session.step(),
            },
          ]
        : []),
      { id: 'job.stop', title: `Stop the ${run}`, group: 'job', run: () => void session.stop() },
    );
  }
  if (job) {
    const isHeld = job.state === 'paused';
    commands.push(
      {
        id: 'import.pause',
        title: `${isHeld ? 'Resume' : 'Pause'} the import of ${job.domainName}`,
        group: 'job',
        run: () => void dataSession.steer(job.id, isHeld ? 'resume' : 'pause'),
      },
      {
        id: 'import.cancel',
        title: `Cancel the import of ${job.domainName}`,
        group: 'job',
        run: () => void dataSession.steer(job.id, 'cancel'),
      },
    );
  }
  return commands;
}

/** Runs are listed newest first. */
const NEIGHBOURS = [
  { id: 'runs.newer', keys: '[', title: 'Newer run', step: -1 },
  { id: 'runs.older', keys: ']', title: 'Older run', step: 1 },
] as const;
const showable = ({ canShow, isFetched }: RunInfo): boolean => canShow && isFetched;

/** What depends on what there is to undo, on the selection and on the data. */
function useStateCommands(): readonly Command[] {
  const session = useSession();
  const labels = useUndoLabels();
  const isPicked = useSelection((selection) => !isNothing(selection));
  const mayOpen = useWorkspace(({ opening }) => opening === null);
  const isIdle = useJobs((jobs) => runningRun(jobs) === null);
  const all = useRuns((state) => state.runs);
  const runs = all.filter(showable);
  const commands: Command[] = [];
  if (labels.undo !== null)
    commands.push({
      id: 'undo',
      title: `Undo: ${labels.undo}`,
      group: 'view',
      keys: 'Mod+Z',
      run: () => walk(undoChange, 'Undone'),
    });
  if (labels.redo !== null)
    commands.push({
      id: 'redo',
      title: `Redo: ${labels.redo}`,
      group: 'view',
      keys: 'Mod+Shift+Z',
      run: () => walk(redoChange, 'Done again'),
    });
  if (isPicked)
    commands.push({
      id: 'selection.clear',
      title: 'Clear the selection',
      group: 'view',
      run: () => useSelection.getState().clear(),
    });
  const at = runs.findIndex(({ isShown }) => isShown);
  for (const { id, keys, title, step } of NEIGHBOURS) {
    const run = at < 0 ? undefined : runs[at + step];
    if (isIdle && run)
      commands.push({
        id,
        title: `${title}: ${run.name}`,
        group: 'view',
        keys,
        run: () => void session.runs.show(run.id),
      });
  }
  if (mayOpen && isIdle)
    commands.push({
      id: 'sample',
      title: 'Open the sample',
      group: 'view',
      words: 'use the sample data',
      run: () => void session.openSample(),
    });
  return commands;
}

function walk(step: () => string | null, word: string): void {
  const label = step();
  if (label !== null) useToasts.getState().say(`${word}: ${label}.`);
}

function toggle(overlay: 'palette' | 'help'): void {
  const { open, show, close } = useOverlays.getState();
  if (open === overlay) close();
  else show(overlay);
}

/** The field that filters or searches what the page shows. */
function focusFilter(): void {
  const fields = document.querySelectorAll<HTMLElement>('main [data-page-filter], main input[type="search"]');
  const field = [...fields].find((candidate) => candidate.checkVisibility());
  if (field) field.focus();
  else useToasts.getState().say('This page has no search field.');
}

/** Puts the link to what is shown on the clipboard, or says why there is none. */
export async function copyLinkToClipboard(): Promise<void> {
  const link = currentLink();
  const { say } = useToasts.getState();
  if (link === null)
    return say(
      'Too much is picked for a link. Save this view as a file instead (beside the selection, or here), or pick less.',
    );
  try {
    await navigator.clipboard.writeText(link);
    say('The link to this view is copied. It holds no data: who opens it needs the same data or run.');
  } catch (error) {
    console.warn('link: the clipboard was refused', error);
    say('The browser refused the clipboard; copy the address from the address bar.');
  }
}

function copyLink(): void {
  void copyLinkToClipboard();
}
