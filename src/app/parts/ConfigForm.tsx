import { type ReactNode, useId } from 'react';
import { problemWithData } from '../config/dataLimits';
import type { Field, FieldGroup } from '../config/fields';
import { PRESETS } from '../config/presets';
import { sectionOf, textOf } from '../config/sections';
import { isForMany, residualOf } from '../config/system';
import { useDraft } from '../stores/draft';
import { useWorkspace } from '../stores/workspace';
import { FieldInput } from './FieldInput';
import { StopRuleFields } from './StopRuleFields';

interface ConfigFormProps {
  readonly groups: readonly FieldGroup[];
  /** Before the groups. */
  readonly children?: ReactNode;
}

/** The draft's fields in groups; a dot marks what differs from the preset. */
export function ConfigForm({ groups, children }: ConfigFormProps) {
  const encoder = useDraft(({ config }) => residualOf(config)?.encoder.kind);
  const hasMulti = useDraft(({ config }) => isForMany(config));
  const hasFineTuning = useDraft((state) => sectionOf(state.config, 'fineTuning') !== null);
  const hasTransfer = useDraft(({ config }) => sectionOf(config, 'transfer.tokenizer') !== null);
  const isShown = (field: Field): boolean => {
    if (field.section === 'fineTuning') return hasFineTuning;
    if (field.section === 'multiIdentifier' || field.isForMany === true) return hasMulti;
    if (field.section.startsWith('transfer.')) return hasTransfer;
    return field.key !== 'model' || encoder === 'transformers';
  };
  const shownGroups = groups.filter(({ fields }) => fields.some(isShown));
  return (
    <form className="config-form" onSubmit={(event) => event.preventDefault()}>
      {children}
      {shownGroups.map((group) => (
        <fieldset key={group.title}>
          <legend>{group.title}</legend>
          {group.fields.filter(isShown).map((field) => (
            <FieldRow key={`${field.section}.${field.key}`} field={field} />
          ))}
        </fieldset>
      ))}
      <fieldset>
        <legend>Repetition</legend>
        <SeedRow />
      </fieldset>
      <StopRuleFields />
    </form>
  );
}

function FieldRow({ field }: { readonly field: Field }) {
  const id = useId();
  const path = `${field.section}.${field.key}`;
  const value = useDraft(({ config }) => textOf(config, field.section, field.key));
  const isChanged = useDraft(({ preset }) => textOf(PRESETS[preset], field.section, field.key)) !== value;
  const items = useWorkspace(({ data }) => data?.items ?? null);
  const problem = useDraft(({ problems, config }) => {
    const withData = problemWithData(config, items);
    const isHere = withData?.section === field.section && withData.key === field.key;
    return problems[path] ?? (isHere ? withData.problem : null);
  });
  return (
    <div className={`field ${problem ? 'is-wrong' : ''}`}>
      <label htmlFor={id} title={field.hint}>
        {field.label}
        {isChanged && (
          <span className="changed-dot" title="differs from the preset">
            <span className="visually-hidden">(differs from the preset)</span>
          </span>
        )}
      </label>
      <FieldInput id={id} field={field} value={value} hasProblem={problem !== null} />
      <p id={`${id}-hint`} className={problem ? 'field-problem' : 'visually-hidden'}>
        {problem ?? field.hint}
      </p>
    </div>
  );
}

function SeedRow() {
  const id = useId();
  const seed = useDraft((state) => state.config.seed);
  const editSeed = useDraft((state) => state.editSeed);
  return (
    <div className="field">
      <label htmlFor={id} title="Same seed, data and device: the same bits">
        Seed
      </label>
      <input
        id={id}
        type="number"
        min={0}
        max={4294967295}
        step={1}
        value={seed}
        onChange={(event) =>
          event.target.validity.valid && event.target.value !== '' && editSeed(event.target.valueAsNumber)
        }
      />
    </div>
  );
}
