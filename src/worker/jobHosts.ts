/** What a training or an opened model gets from the page: engine, data, files, the shown run's place in the store, and who is told. */
import type { Dataset } from '../data/dataset';
import type { Engine } from '../plan/engine';
import type { JobHost } from '../train/context';
import type { JobControl } from '../train/jobControl';
import type { RunSink } from '../train/runSink';
import type { UtgrecConfig } from '../train/utgrecConfig';
import type { UtgrecRunHost } from '../train/utgrecJob';
import type { DriftDesk } from './driftDesk';
import { fetchBytes } from './host';
import type { OpenDesk } from './openDesk';
import type { WorkerEvent } from './protocol';
import type { Books } from './restoredRuns';
import type { ShownItems } from './shownItems';
import { storeSink } from './storeSink';
import { recommenderDataset, tokenizerPlace, utgrecBooks, utgrecHost } from './utgrecRuns';
import type { VaeDesk } from './vaeDesk';
import { CURRENT_RUN, PRETRAINING_RUN } from './workspace';

/** What the session lends. */
export interface HostPorts {
  readonly emit: (event: WorkerEvent) => void;
  readonly open: OpenDesk;
  readonly shown: ShownItems;
  readonly drift: DriftDesk;
  readonly vae: VaeDesk;
}

export class JobHosts {
  constructor(readonly ports: HostPorts) {}

  /** Of the shown run. @throws ConfigError `data/none` */
  job(engine: Engine, control: JobControl): JobHost {
    const { emit, open, drift } = this.ports;
    const { dataset } = open.data;
    return {
      engine,
      control,
      dataset,
      sink: this.sink(),
      now: () => performance.now(),
      readEncoderFile: async (name) => fetchBytes(new URL(`models/use-lite/${name}`, open.baseUrl)),
      hooks: {
        progress: (progress) => emit({ kind: 'progress', progress }),
        rows: (rows) => emit({ kind: 'metrics', rows }),
        codebook: (report) => emit({ kind: 'codebook', report }),
        evaluation: (report) => emit({ kind: 'evaluation', report }),
        drift: (report) => emit({ kind: 'drift', report: drift.take(report) }),
        curriculum: (report) => emit({ kind: 'curriculum', report }),
      },
    };
  }

  async utgrec(config: UtgrecConfig, job: JobHost): Promise<UtgrecRunHost> {
    const { open, vae } = this.ports;
    const place = tokenizerPlace(config, open.data.dataset);
    const pretraining = storeSink(open.store, PRETRAINING_RUN, Date.now);
    const books = utgrecBooks(config);
    const pretrainingSink = this.watched(pretraining, place.dataset, books);
    const sink = this.watched(this.sink(), recommenderDataset(config, open.data.dataset), books);
    return utgrecHost({ job: { ...job, sink }, config, data: open.data, pretrainingSink, vaeFiles: vae.files });
  }

  /** A sink whose codes are shown on their way. */
  watched(sink: RunSink, dataset: Dataset, books: Books): RunSink {
    return this.ports.shown.watched(sink, { dataset, books }, () => this.ports.emit({ kind: 'codes' }));
  }

  /** The shown run's. */
  sink(): RunSink {
    return storeSink(this.ports.open.store, CURRENT_RUN, Date.now);
  }
}
