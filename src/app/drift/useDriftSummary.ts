import { useEffect } from 'react';
import { useSession } from '../sessionContext';
import { useMultiIdentifier } from '../stores/multiIdentifier';
import { useWorkspace } from '../stores/workspace';

/** Asks for the numbers of V5 again whenever another tokenizer was kept; one question at a time. */
export function useDriftSummary(): void {
  const session = useSession();
  const kept = useMultiIdentifier((state) => state.kept.length);
  const known = useMultiIdentifier((state) => state.drift?.epochs.length ?? 0);
  const isMeasuring = useMultiIdentifier((state) => state.isMeasuring);
  useEffect(() => {
    if (kept < 2 || known >= kept || isMeasuring) return;
    const { measuring, measured } = useMultiIdentifier.getState();
    measuring();
    session.driftSummary().then(measured, (error: unknown) => {
      measured(null);
      const message = error instanceof Error ? error.message : String(error);
      useWorkspace.getState().notify({ kind: 'error', message, code: null });
    });
  }, [session, kept, known, isMeasuring]);
}
