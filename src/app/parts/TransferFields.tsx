import { useId } from 'react';
import type { UtgrecConfig } from '../../worker/protocol';
import { isUtgrec } from '../config/system';
import { useDraft } from '../stores/draft';
import { useWorkspace } from '../stores/workspace';

/** Whether UTGRec learns on some domains first and then moves to another one. */
export function TransferFields() {
  const id = useId();
  const config = useDraft((draft) => draft.config);
  const load = useDraft((draft) => draft.change);
  const domains = useWorkspace((state) => state.data?.domains);
  if (!isUtgrec(config) || !domains || domains.length < 2) return null;
  const { transfer } = config;
  return (
    <fieldset>
      <legend>Transfer</legend>
      <div className="field">
        <label htmlFor={id} title="Tokenizer and recommender are pre-trained on the other domains first">
          Fine-tune on
        </label>
        <select
          id={id}
          value={transfer?.downstream ?? ''}
          onChange={({ target }) =>
            load(
              transferredTo(
                config,
                domains.map(({ name }) => name),
                target.value,
              ),
            )
          }
        >
          <option value="">no transfer</option>
          {domains.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {transfer &&
        domains
          .filter(({ name }) => name !== transfer.downstream)
          .map(({ name }) => (
            <label key={name} className="field is-check">
              <span>Pre-train on {name}</span>
              <input
                type="checkbox"
                checked={transfer.pretraining.includes(name)}
                onChange={({ target }) =>
                  load({
                    ...config,
                    transfer: { ...transfer, pretraining: withDomain(transfer.pretraining, name, target.checked) },
                  })
                }
              />
            </label>
          ))}
      {transfer && <FineTuning config={config} transfer={transfer} />}
    </fieldset>
  );
}

const TOKENIZERS = {
  projection: 'projections alone',
  full: 'everything',
  none: 'nothing: codes as pre-trained',
} as const;

/** What of the pre-trained parts goes on: two of the published ablations. */
function FineTuning({
  config,
  transfer,
}: {
  readonly config: UtgrecConfig;
  readonly transfer: NonNullable<UtgrecConfig['transfer']>;
}) {
  const id = useId();
  const change = useDraft((draft) => draft.change);
  const isOn = transfer.pretraining.length > 0;
  const set = (part: Partial<typeof transfer>): void => change({ ...config, transfer: { ...transfer, ...part } });
  return (
    <>
      <div className="field">
        <label
          htmlFor={id}
          title="What of the tokenizer learns on; its codebooks stay as they are unless everything does"
        >
          Tokenizer learns on
        </label>
        <select
          id={id}
          value={transfer.tokenizer}
          disabled={!isOn}
          onChange={({ target }) =>
            set({ tokenizer: target.value === 'full' || target.value === 'none' ? target.value : 'projection' })
          }
        >
          {Object.entries(TOKENIZERS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <label className="field is-check">
        <span>Recommender is pre-trained</span>
        <input
          type="checkbox"
          checked={transfer.recommenderIsPretrained}
          disabled={!isOn}
          onChange={({ target }) => set({ recommenderIsPretrained: target.checked })}
        />
      </label>
    </>
  );
}

const withDomain = (domains: readonly string[], name: string, isIn: boolean): readonly string[] =>
  isIn ? [...domains, name] : domains.filter((domain) => domain !== name);

/** Pre-trains on all other domains; what fine-tuning trains starts from the run's own recipe, W alone as published. */
export function transferredTo(config: UtgrecConfig, domains: readonly string[], downstream: string): UtgrecConfig {
  if (downstream === '') return { ...config, transfer: null };
  const { epochs, learningRate, warmupSteps, validateEvery, patience } = config.recommender;
  const pretraining = domains.filter((name) => name !== downstream);
  return {
    ...config,
    transfer: {
      tokenizer: 'projection',
      tokenizerTraining: config.tokenizer.training,
      recommenderIsPretrained: true,
      recommenderTraining: { epochs, learningRate, warmupSteps, validateEvery, patience },
      ...config.transfer,
      pretraining,
      downstream,
    },
  };
}
