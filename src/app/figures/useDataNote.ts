import { useWorkspace } from '../stores/workspace';

/** What every figure of the sample says of its data; empty for other data. */
export const useDataNote = (): string =>
  useWorkspace((state) => state.data?.isSimulated ?? false) ? 'Simulated behaviour over public-domain pictures.' : '';
