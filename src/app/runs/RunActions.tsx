import { MoreHorizontal } from 'lucide-react';
import { useLocation } from 'wouter';
import type { RunInfo } from '../../worker/protocol';
import { MenuButton } from '../parts/MenuButton';
import { useSession } from '../sessionContext';
import { useDraft } from '../stores/draft';
import { runningRun, useJobs } from '../stores/jobs';
import { asDraft } from './asDraft';

/** What can be done to one run. */
export function RunActions({ run, onRename }: { readonly run: RunInfo; readonly onRename: () => void }) {
  const session = useSession();
  const [, go] = useLocation();
  const load = useDraft((draft) => draft.load);
  const isRunning = useJobs((jobs) => runningRun(jobs) !== null);
  const isOwn = run.source !== 'shipped';
  const draft = asDraft(run);
  return (
    <MenuButton
      isSmall
      label={
        <>
          <MoreHorizontal size={14} aria-hidden />
          <span className="visually-hidden">Actions for {run.name}</span>
        </>
      }
    >
      {(close) => {
        const action = (label: string, work: () => void, isDisabled = false) => (
          <button
            type="button"
            disabled={isDisabled}
            onClick={() => {
              close();
              work();
            }}
          >
            {label}
          </button>
        );
        return (
          <>
            {run.canShow && action('Show on all pages', () => void session.runs.show(run.id), isRunning || run.isShown)}
            {draft &&
              action('Duplicate as draft', () => {
                load(draft);
                go('/tokenizer');
              })}
            {isOwn && action('Rename', onRename)}
            {action('Save as .tessera', () => void session.saveRun(false, run.id), isRunning)}
            {action('Save without names and machine', () => void session.saveRun(true, run.id), isRunning)}
            {isOwn && action('Delete', () => void session.runs.remove(run.id), run.status === 'running')}
          </>
        );
      }}
    </MenuButton>
  );
}
