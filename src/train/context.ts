import type { Dataset } from '../data/dataset';
import type { Engine } from '../plan/engine';
import type { RunConfig } from './config';
import type { JobControl } from './jobControl';
import type { CodebookReport, CurriculumReport, DriftReport, EvaluationReport, MetricRow, Progress } from './reports';
import type { RunSink } from './runSink';

/** Called as a run goes on; must not throw. */
export interface JobHooks {
  readonly progress: (progress: Progress) => void;
  readonly rows: (rows: readonly MetricRow[]) => void;
  readonly codebook: (report: CodebookReport) => void;
  readonly evaluation: (report: EvaluationReport) => void;
  /** A multi-identifier run kept another epoch's codes. */
  readonly drift: (report: DriftReport) => void;
  /** A multi-identifier run estimated data influence. */
  readonly curriculum: (report: CurriculumReport) => void;
  /** A phase of training ended before its last epoch. */
  readonly stoppedEarly?: (early: EarlyStop) => void;
}

export interface EarlyStop {
  readonly because: 'patience' | 'timeLimit';
  /** Epochs done, and planned. */
  readonly epoch: number;
  readonly epochs: number;
  /** Validations without gain that the rule allows. */
  readonly patience: number;
}

/** Everything that a job of any system needs from its host. */
export interface JobHost {
  readonly engine: Engine;
  readonly dataset: Dataset;
  readonly sink: RunSink;
  readonly control: JobControl;
  readonly hooks: JobHooks;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  /** Files of the built-in text encoder by name. */
  readonly readEncoderFile: (name: string) => Promise<Uint8Array>;
}

/** A job of TIGER or MTGRec. */
export interface JobContext extends JobHost {
  readonly config: RunConfig;
}

/** What decides the bits besides configuration, data and seed. */
export function adapterFingerprint(context: Pick<JobContext, 'engine'>): string {
  const { name, subgroupSize, maxInvocations } = context.engine.device.profile;
  return `${name}; subgroups ${subgroupSize}; ${maxInvocations} invocations`;
}
