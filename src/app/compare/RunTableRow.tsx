import { useState } from 'react';
import type { RunInfo } from '../../worker/protocol';
import { RunActions } from '../runs/RunActions';
import { endingWords, statusWords } from '../runs/runWords';
import { useSession } from '../sessionContext';
import { useSelection } from '../stores/selection';
import { flatConfig, metricMeaning, metricOf, metricText, sectionOf } from './runColumns';
import { StyleKey } from './StyleKey';
import type { MetricColumn } from './useTableLayout';

interface RunTableRowProps {
  readonly run: RunInfo;
  readonly rowIndex: number;
  /** Whether runs are of several data sets. */
  readonly hasData: boolean;
  readonly keys: readonly string[];
  readonly metrics: readonly MetricColumn[];
  readonly style: number;
  readonly isChosen: boolean;
}

export function RunTableRow({ run, rowIndex, hasData, keys, metrics, style, isChosen }: RunTableRowProps) {
  const [isRenaming, setRenaming] = useState(false);
  const toggle = useSelection((selection) => selection.toggle);
  const config = flatConfig(run.config);
  const ending = endingWords(run);
  return (
    <tr aria-rowindex={rowIndex} className={isChosen ? 'is-chosen' : undefined}>
      <th scope="row">
        {isRenaming ? (
          <NameInput run={run} onDone={() => setRenaming(false)} />
        ) : (
          <label className="run-name">
            <input type="checkbox" checked={isChosen} onChange={() => toggle('runs', run.id)} />
            <StyleKey index={style} isFaint={!isChosen} />
            <span title={run.name === run.id ? undefined : run.id}>{run.name}</span>
            <small>{run.system}</small>
            {run.isShown && <span className="badge">shown</span>}
          </label>
        )}
      </th>
      <td>
        <RunActions run={run} onRename={() => setRenaming(true)} />
      </td>
      <td title={run.status === 'running' ? undefined : run.ending?.message}>
        {statusWords(run)}
        {ending !== null && <span className="badge">{ending}</span>}
      </td>
      {hasData && <td>{run.data.name}</td>}
      <td>{run.seed}</td>
      {metrics.map(({ key, aggregator }) => (
        <td key={key} title={metricMeaning(key, aggregator)}>
          {metricText(key, metricOf(run, key, aggregator))}
        </td>
      ))}
      {keys.map((key, at) => {
        const isFirst = at === 0 || sectionOf(keys[at - 1] ?? '') !== sectionOf(key);
        return (
          <td key={key} className={isFirst ? 'is-section' : undefined}>
            {key in config ? (
              String(config[key] ?? '–')
            ) : (
              <span className="quiet" title={`${run.system} has no such setting`}>
                –
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}

function NameInput({ run, onDone }: { readonly run: RunInfo; readonly onDone: () => void }) {
  const session = useSession();
  const [text, setText] = useState(run.name);
  const save = (): void => {
    onDone();
    if (text.trim() !== run.name) void session.runs.rename(run.id, text);
  };
  return (
    <form
      className="run-rename"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <input
        aria-label={`New name of ${run.name}`}
        value={text}
        maxLength={80}
        // biome-ignore lint/a11y/noAutofocus: the user has just asked to type here
        autoFocus
        onChange={({ target }) => setText(target.value)}
        onBlur={save}
        onKeyDown={({ key }) => key === 'Escape' && onDone()}
      />
    </form>
  );
}
