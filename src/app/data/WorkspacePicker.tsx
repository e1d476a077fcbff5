import { FolderPlus } from 'lucide-react';
import { useState } from 'react';
import { activeImport, useCatalogue } from '../stores/catalogue';
import { useDataSession } from './dataSessionContext';
import { NameForm } from './NameForm';

/** Which workspace is open; a new one. */
export function WorkspacePicker() {
  const session = useDataSession();
  const { workspace, workspaces } = useCatalogue();
  const isBusy = useCatalogue((state) => activeImport(state) !== null || state.removed.length > 0);
  const [isNaming, setNaming] = useState(false);
  if (!workspace) return null;
  if (isNaming)
    return (
      <NameForm
        label="New workspace"
        first=""
        button="Create"
        taken={workspaces.map(({ name }) => name)}
        onName={(name) => {
          setNaming(false);
          void session.createWorkspace(name);
        }}
        onCancel={() => setNaming(false)}
      />
    );
  const title = isBusy ? 'An import or a deletion is under way here.' : undefined;
  return (
    <span className="workspace-picker">
      {workspaces.length > 1 && (
        <select
          aria-label="Open workspace"
          value={workspace.id}
          disabled={isBusy}
          title={title}
          onChange={(event) => void session.switchTo(event.target.value)}
        >
          {workspaces.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label="New workspace"
        disabled={isBusy}
        title={title ?? 'New workspace: domains that have nothing to do with these'}
        onClick={() => setNaming(true)}
      >
        <FolderPlus size={14} aria-hidden />
      </button>
    </span>
  );
}
