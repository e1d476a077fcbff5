import { createContext, useContext } from 'react';
import type { DataSession } from './dataSession';

export const DataSessionContext = createContext<DataSession | null>(null);

/** The page's data session; components below App always have one. */
export function useDataSession(): DataSession {
  const session = useContext(DataSessionContext);
  if (!session)
    throw new Error('useDataSession: wanted a DataSessionContext above the component; render it inside App.');
  return session;
}
