import { useCallback } from 'react';
import { CardRow } from '../codes/CardRow';
import { formatCount } from '../format/numbers';
import { CodePath } from '../parts/CodePath';
import { ErrorNote } from '../parts/ErrorNote';
import { useAnswer } from '../parts/useAnswer';
import { useSession } from '../sessionContext';
import { useCodes } from '../stores/codes';
import { useSelection } from '../stores/selection';
import { Part } from './Part';

const MOST = 12;

/** A prefix of identifiers and the items behind it. */
export function CodesPart({ prefix }: { readonly prefix: readonly number[] }) {
  const session = useSession();
  const version = useCodes((state) => state.version);
  const pick = useSelection((selection) => selection.pick);
  const ask = useCallback(() => session.prefixItems(prefix, 0, MOST), [session, prefix]);
  const { value, error } = useAnswer(version > 0 ? ask : null, version);
  return (
    <Part title="Codes" note={value ? `${formatCount(value.total)} items begin with them` : undefined}>
      <CodePath codes={prefix} />
      {prefix.length > 1 && (
        <button type="button" className="button is-small" onClick={() => pick({ codes: prefix.slice(0, -1) })}>
          One code less
        </button>
      )}
      {version === 0 && <p className="quiet">No item has codes yet: the tokenizer gives them.</p>}
      {error && <ErrorNote title="The items could not be listed" error={error} />}
      <ul className="code-cards">
        {value?.cards.map((card) => (
          <CardRow key={card.item} card={card} verb="pick it" onChoose={(item) => pick({ items: [item], codes: [] })} />
        ))}
      </ul>
      {value && value.total > MOST && <p className="quiet">and {formatCount(value.total - MOST)} more</p>}
    </Part>
  );
}
