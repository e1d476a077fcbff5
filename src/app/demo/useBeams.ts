import { useCallback, useMemo } from 'react';
import type { BeamReply, ErrorReport, Question, RunInfo, SearchSettings } from '../../worker/protocol';
import { shortText, useViewParam, wholeNumber } from '../navigation/viewParams';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { decimal } from './demoView';
import { useOtherRuns, withSearch } from './useOtherRuns';

/** The searches on one history. */
export interface Searches {
  readonly own: { readonly name: string; readonly beam: BeamReply };
  /** Another run's, mirrored. */
  readonly other: { readonly run: string; readonly name: string; readonly beam: BeamReply } | null;
}

export interface SearchControls extends SearchSettings {
  readonly setWidth: (value: number) => void;
  readonly setTemperature: (value: number) => void;
  readonly setPenalty: (value: number) => void;
}

interface Beams {
  /** The newest; null before the first, and once another user is asked for. */
  readonly searches: Searches | null;
  readonly isBusy: boolean;
  readonly error: ErrorReport | null;
  /** Why the other run's search is not there. */
  readonly otherError: ErrorReport | null;
  /** Runs that can be mirrored. */
  readonly partners: readonly RunInfo[];
  /** Id of the mirrored run; empty for none. */
  readonly mirror: string;
  readonly setMirror: (id: string) => void;
  readonly settings: SearchControls;
}

/** The search of the Demo's own model and of one other, with settings that live in the address. @param name of the own model */
export function useBeams(question: Question, name: string): Beams {
  const session = useSession();
  const [beamWidth, setWidth] = useViewParam('width', wholeNumber(1, 50, 20));
  const [temperature, setTemperature] = useViewParam('temperature', decimal(0.1, 5, 1));
  const [lengthPenalty, setPenalty] = useViewParam('penalty', decimal(-2, 2, 0));
  const [wanted, setMirror] = useViewParam('mirror', shortText(80));
  const partners = withSearch(useOtherRuns());
  const partner = partners.find(({ id }) => id === wanted) ?? null;
  const run = partner?.id ?? null;
  const settings = useMemo(() => ({ beamWidth, temperature, lengthPenalty }), [beamWidth, temperature, lengthPenalty]);
  const ask = useCallback(
    async () => ({ question, settings, beam: await session.ask({ kind: 'beam', settings, ...question }) }),
    [session, question, settings],
  );
  const askOther = useCallback(
    async () => ({
      question,
      settings,
      run: run ?? '',
      beam: await session.ask({ kind: 'beam', run: run ?? '', settings, ...question }),
    }),
    [session, question, settings, run],
  );
  const own = useAnswer(ask);
  const other = useAnswer(run === null ? null : askOther);
  const isOwn = own.value !== null && own.value.question.user === question.user;
  const isOther = other.value !== null && other.value.run === run && other.value.question.user === question.user;
  const ownBeam = isOwn ? (own.value?.beam ?? null) : null;
  const otherBeam = isOther ? (other.value?.beam ?? null) : null;
  const otherName = partner?.name ?? '';
  const searches = useMemo(
    (): Searches | null =>
      ownBeam && {
        own: { name, beam: ownBeam },
        other: otherBeam && run !== null ? { run, name: otherName, beam: otherBeam } : null,
      },
    [ownBeam, otherBeam, run, name, otherName],
  );
  const isStale = (value: { question: Question; settings: SearchSettings } | null): boolean =>
    value?.question !== question || value.settings !== settings;
  return {
    searches,
    isBusy:
      (own.error === null && isStale(own.value)) ||
      (run !== null && other.error === null && (isStale(other.value) || !isOther)),
    error: own.error,
    otherError: run === null ? null : other.error,
    partners,
    mirror: run ?? '',
    setMirror,
    settings: { ...settings, setWidth, setTemperature, setPenalty },
  };
}
