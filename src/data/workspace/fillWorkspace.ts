import type { ImportSink } from '../import/sink';
import type { ImportOptions, Workspace } from './api';
import type { DomainInfo, DomainRole, ImportOrigin, TransformOptions } from './types';

export interface FillOptions extends ImportOptions {
  readonly name: string;
  readonly role: DomainRole;
  readonly origin: ImportOrigin;
  readonly read: (sink: ImportSink, signal: AbortSignal) => Promise<void>;
  /** Changes to the default transform. */
  readonly transform?: Partial<TransformOptions>;
}

/**
 * A whole domain in one go: import, then transform. An unfinished import of the same name and files goes on where it stopped; a
 * domain that was imported but not shaped yet is only shaped.
 * @throws as `Workspace.runImport` and `applyTransform`
 */
export async function fillWorkspace(workspace: Workspace, options: FillOptions): Promise<DomainInfo> {
  const { name, role, origin, read, transform } = options;
  const files = JSON.stringify(origin);
  const known = (await workspace.domains()).find(
    (info) => info.name === name && info.state !== 'ready' && JSON.stringify(info.origin) === files,
  );
  const { id, state } = known ?? (await workspace.createImport(name, role, origin));
  if (state === 'importing') await workspace.runImport(id, read, options);
  return workspace.applyTransform(id, { ...(await workspace.defaultTransform(id)), ...transform }, options.signal);
}
