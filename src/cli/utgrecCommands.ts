/** The commands for UTGRec runs; `commands.ts` hands over when a configuration names the system. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError, FormatError } from '../base/errors';
import { sha256Hex } from '../base/sha256';
import { loadImages } from '../data/imageIndex';
import { loadUseLiteTokenizer } from '../encoders/useLiteWeights';
import { evaluateReferencePoints } from '../train/evaluateModel';
import { NO_VAE_FILES, type VaeFiles } from '../train/onnxLatents';
import { PRETRAINING_FOLDER } from '../train/runFolder';
import type { UtgrecConfig } from '../train/utgrecConfig';
import { openUtgrec, trainUtgrec, type UtgrecRunHost } from '../train/utgrecJob';
import type { TokenizerQuality } from '../train/utgrecTokenizerFile';
import { decodePicture } from './decodePicture';
import { dataFolder, folderSink, folderSource, readEncoderFile } from './folders';
import type { CliOptions } from './options';
import { evaluationTable } from './reporter';
import { openContext, stopOnInterrupt, tableOf, writeRunFile } from './runContext';
import { evaluateTrained, recommendTrained } from './trainedT5';

/** The user's picture encoder; a configuration that names none gets its SHA-256. @throws ConfigError `cli/vae-encoder` */
async function withEncoder(
  config: UtgrecConfig,
  { vaeEncoder }: Pick<CliOptions, 'vaeEncoder'>,
): Promise<{ config: UtgrecConfig; vaeFiles: VaeFiles }> {
  if (vaeEncoder === '') return { config, vaeFiles: NO_VAE_FILES };
  const { input } = config.tokenizer;
  if (input.latents !== 'onnx' || !input.onnx)
    throw new ConfigError(
      'cli/vae-encoder',
      '--vae-encoder: wants a configuration with tokenizer.input.latents "onnx".',
    );
  const bytes = await readFile(vaeEncoder).catch((cause: unknown) => {
    throw new ConfigError('cli/vae-encoder', `--vae-encoder: ${vaeEncoder} cannot be read.`, { cause });
  });
  const encoder = { name: path.basename(vaeEncoder), bytes: new Uint8Array(bytes) };
  const onnx = { ...input.onnx, encoder: input.onnx.encoder || (await sha256Hex(encoder.bytes)) };
  return {
    config: { ...config, tokenizer: { ...config.tokenizer, input: { ...input, onnx } } },
    vaeFiles: { encoder, decoder: null },
  };
}

async function openHost(given: UtgrecConfig, options: CliOptions) {
  const { config, vaeFiles } = await withEncoder(given, options);
  const opened = await openContext(config, options);
  const source = options.workspace ? null : await folderSource(dataFolder(options.data));
  const host: UtgrecRunHost = {
    ...opened.context,
    pieces: await loadUseLiteTokenizer(readEncoderFile),
    images: source ? await loadImages(source, opened.context.dataset) : null,
    decodePicture,
    vaeFiles,
    pretrainingSink: () => folderSink(path.join(options.out, PRETRAINING_FOLDER)),
  };
  return { ...opened, host };
}

/** Pre-trains, fine-tunes and tests as the configuration says; running it again resumes. */
export async function trainUtgrecRun(config: UtgrecConfig, options: CliOptions): Promise<void> {
  const { context, host, say, result, reports } = await openHost(config, options);
  const { dataset } = context;
  say(
    `${dataset.name}: ${dataset.userCount} users, ${dataset.itemCount} items, ${dataset.interactionCount} interactions`,
  );
  say(`adapter: ${context.engine.device.profile.name}`);
  await writeRunFile(options.out, host.config, dataset);
  stopOnInterrupt(context.control);
  const done = await trainUtgrec(host, options.maxSteps ?? undefined);
  await done.trainer.dispose();
  const quality = (name: string, found: TokenizerQuality): void => {
    say(qualityLine(name, found));
    result('tokenizer', { name, ...found });
  };
  if (done.pretrained) quality('pre-trained tokenizer', done.pretrained.quality);
  quality('tokenizer', done.tokenizer.quality);
  await evaluateReferencePoints(done.host);
  say(evaluationTable(tableOf(reports)));
  result('done', { out: options.out });
}

function qualityLine(name: string, quality: TokenizerQuality): string {
  const { conflictRateBefore, conflictRateAfter, resolved, textTopOne, textUnigram } = quality;
  const { sharedFirstCode, sharedByChance } = quality;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return `${name}: conflicts ${percent(conflictRateBefore)}, after moving ${resolved.rank} items ${percent(conflictRateAfter)}; text pieces right ${percent(textTopOne)} (one guess everywhere: ${percent(textUnigram)}); co-occurring items with one first code ${percent(sharedFirstCode)} (chance ${percent(sharedByChance)})`;
}

async function openTrained(config: UtgrecConfig, options: CliOptions) {
  if (!options.out) throw new ConfigError('cli/out', 'wants --out <folder> of a trained run.');
  const opened = await openHost(config, options);
  const run = await openUtgrec(opened.host);
  if (run) return { ...opened, run };
  throw new FormatError('cli/untrained', `${options.out}: holds no trained recommender yet; run tessera train first.`);
}

/** Measures a run's best recommender on the test split again, beside the reference points. */
export async function evaluateUtgrec(config: UtgrecConfig, options: CliOptions): Promise<void> {
  const { run, ...opened } = await openTrained(config, options);
  await evaluateTrained(opened, { ...run, ...config.recommender, name: 'UTGRec' }, options);
}

/** Top items for a history of item ids of the downstream domain, oldest first. */
export async function recommendUtgrec(
  config: UtgrecConfig,
  history: string,
  count: number,
  options: CliOptions,
): Promise<void> {
  const { run, ...opened } = await openTrained(config, options);
  await recommendTrained(opened, { ...run, ...config.recommender }, { history, count }, options);
}
