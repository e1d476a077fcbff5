/** `tessera`: the workbench's runs without a browser, in Node on Dawn. Usage text below; docs/cli.md has examples. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ConfigError, TesseraError } from '../base/errors';
import { TABLE_FORMATS } from '../evaluate/tableFormats';
import { evaluate, info, recommend, train } from './commands';
import { compareRuns } from './compare';
import { type DataOptions, dataCommand, importFiles } from './dataCommands';
import { exportRun, importModel, importRun } from './exportCommands';
import { imagesCommand } from './imagesCommand';
import { releaseNodeGpu } from './nodeGpu';
import { installNodeInflater } from './nodeInflater';
import type { CliOptions, TableRequest } from './options';

const USAGE = `tessera – generative recommendation on your own GPU

  tessera train <config.json> --data <folder> --out <folder>   train tokenizer and recommender, evaluate; resumes by itself
  tessera evaluate --data <folder> --out <folder>              measure a trained run and the five reference points again
  tessera compare <run> <run> …                                one table of several runs; equal configurations are seeds
  tessera recommend --history id,id,… --data <folder> --out <folder> [--count 10]
  tessera export --to <target> --out <folder> [--data <folder>] <run>   results for other tools: hf, onnx, sem_ids,
                                                               sequences, embeddings, metrics
  tessera export --to tessera --out <file> [--anonymous] <run>  a whole run as one file
  tessera import-run <file> --out <run>                        unpacks it again, verified
  tessera import-model <folder> --out <run>                    the way back, after training elsewhere
  tessera info [--out <folder>]                                the adapter, and what a run's folder holds
  tessera import <path…> --workspace <folder>                  read files and folders into a workspace; resumes by itself
  tessera data list | delete <domain> | export <domain> --out <folder>   what a workspace holds, with --workspace <folder>
  tessera data images <domain> --allow <host,…> [--limit <n>]  fetch item pictures by their addresses, from these hosts only

  --workspace <folder>[:domain,…]   train, evaluate, recommend: domains of a workspace instead of --data
  --window <MB>      memory for sequences in training; more than fits is streamed (default 512)
  --name, --role pretraining|downstream|held-out, --core <k>, --min-rating <r>, --accept-bad-rows   import: see docs/cli.md
  --data sample      the sample that comes with Tessera
  --beam <width>     beam width of evaluate and recommend (default: the configuration's testBeamWidth)
  --free             evaluate: beam search without the trie, as the references decode; results that are no item are counted
  --steps <count>    train: stop after so many recommender steps (to be resumed later)
  --format text|csv|latex|markdown|json   evaluate, compare: the table and its protocol card on standard output
  --seen kept|removed                     whether items of the history are candidates (default kept)
  --against <name> [--test randomisation|t|wilcoxon]   significance against that recommender, Holm over the table
  --cutoffs 5,10     evaluate, compare: of the metrics (default 1,5,10,20,50)
  --seed <number>    train: another seed than the configuration's, to repeat a run
  --identifiers <file,…>   train: codes made elsewhere (.sem_ids, codes-*.jsonl.gz) instead of a tokenizer, one file a
                     kept epoch; a folder stands for its .sem_ids files
  --vae-encoder <file.onnx>   train, UTGRec with latents "onnx": the picture encoder (docs/cli.md)
  --json             one JSON object a line on standard output
  --default-limits   use only what every WebGPU device has`;

/** Runs one command line; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    return 2;
  }
  const { values, positionals } = parsed;
  const [command, ...rest] = positionals;
  if (values.help || !command) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }
  installNodeInflater();
  try {
    const options: CliOptions = {
      data: values.data ?? '',
      workspace: values.workspace ?? '',
      windowMegabytes: wholeNumber('--window', values.window, 1, 1_000_000),
      out: values.out ?? '',
      isJson: values.json === true,
      beamWidth: wholeNumber('--beam', values.beam, 1, 50),
      maxSteps: wholeNumber('--steps', values.steps, 1, 1e9),
      seed: wholeNumber('--seed', values.seed, 0, 0xffff_ffff),
      identifiers: values.identifiers?.split(',').filter(Boolean) ?? [],
      isFree: values.free === true,
      isDefaultLimits: values['default-limits'] === true,
      vaeEncoder: values['vae-encoder'] ?? '',
      table: values.format === undefined && command !== 'compare' ? null : tableRequest(values),
    };
    if (command === 'train') await train(await configText(rest[0]), rest[0] ?? '', options);
    else if (command === 'evaluate') await evaluate(options);
    else if (command === 'compare')
      process.stdout.write(`${await compareRuns(rest, options.table ?? tableRequest(values))}\n`);
    else if (command === 'recommend')
      await recommend(values.history ?? '', wholeNumber('--count', values.count, 1, 50) ?? 10, options);
    else if (command === 'info') await info(options);
    else if (command === 'import') await importFiles(rest, dataOptions(values));
    else if (command === 'data' && rest[0] === 'images')
      await imagesCommand(rest[1], {
        workspace: options.workspace,
        isJson: options.isJson,
        allow: values.allow ?? '',
        limit: wholeNumber('--limit', values.limit, 1, 1e9),
      });
    else if (command === 'data') await dataCommand(rest[0], rest[1], dataOptions(values));
    else if (command === 'export')
      await exportRun(rest[0], { to: values.to ?? '', isAnonymous: values.anonymous === true }, options);
    else if (command === 'import-run') await importRun(rest[0], options);
    else if (command === 'import-model') await importModel(rest[0], options);
    else throw new ConfigError('cli/command', `there is no command "${command}"; run tessera --help.`);
    return 0;
  } catch (error) {
    return report(error, values.json === true);
  } finally {
    releaseNodeGpu();
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      out: { type: 'string' },
      history: { type: 'string' },
      count: { type: 'string' },
      to: { type: 'string' },
      anonymous: { type: 'boolean' },
      beam: { type: 'string' },
      steps: { type: 'string' },
      free: { type: 'boolean' },
      format: { type: 'string' },
      seen: { type: 'string' },
      against: { type: 'string' },
      test: { type: 'string' },
      cutoffs: { type: 'string' },
      seed: { type: 'string' },
      identifiers: { type: 'string' },
      'vae-encoder': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      'default-limits': { type: 'boolean' },
      workspace: { type: 'string' },
      window: { type: 'string' },
      name: { type: 'string' },
      role: { type: 'string' },
      core: { type: 'string' },
      'min-rating': { type: 'string' },
      'accept-bad-rows': { type: 'boolean' },
      allow: { type: 'string' },
      limit: { type: 'string' },
    },
  });
}

function dataOptions(values: ReturnType<typeof parse>['values']): DataOptions {
  return {
    workspace: values.workspace ?? '',
    isJson: values.json === true,
    out: values.out ?? '',
    name: values.name ?? '',
    role: values.role ?? '',
    core: wholeNumber('--core', values.core, 0, 1000),
    minRating: wholeNumber('--min-rating', values['min-rating'], 0, 100),
    acceptsBadRows: values['accept-bad-rows'] === true,
  };
}

/** @throws ConfigError `cli/choice`, `cli/number` */
function tableRequest(values: ReturnType<typeof parse>['values']): TableRequest {
  const choice = <T extends string>(flag: string, text: string | undefined, choices: readonly [T, ...T[]]): T => {
    const found = text === undefined ? choices[0] : choices.find((each) => each === text);
    if (!found) throw new ConfigError('cli/choice', `--${flag}: wants one of ${choices.join(', ')}, got "${text}".`);
    return found;
  };
  const cutoffs = values.cutoffs?.split(',').map((text) => wholeNumber('--cutoffs', text.trim(), 1, 1000) ?? 1);
  return {
    format: choice('format', values.format, TABLE_FORMATS),
    seenItems: choice('seen', values.seen, ['kept', 'removed']),
    against: values.against ?? null,
    test: choice('test', values.test, ['randomisation', 't', 'wilcoxon']),
    cutoffs: cutoffs ?? null,
  };
}

function wholeNumber(flag: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new ConfigError('cli/number', `${flag}: wants a whole number from ${min} to ${max}, got "${text}".`);
  return value;
}

async function configText(file: string | undefined): Promise<string> {
  if (!file)
    throw new ConfigError('cli/config', 'train: wants a configuration file; start from models/t5/laptop.json.');
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      'cli/config',
      `train: cannot read "${file}"; give the path of a configuration such as models/t5/laptop.json.`,
      { cause },
    );
  }
}

/** A sentence for people, code and message for machines; a defect keeps its stack. */
function report(error: unknown, isJson: boolean): number {
  const code = error instanceof TesseraError ? error.code : 'defect';
  const message = error instanceof Error ? error.message : String(error);
  if (isJson) process.stdout.write(`${JSON.stringify({ kind: 'error', code, message })}\n`);
  else process.stderr.write(`\n${message} [${code}]\n`);
  if (code === 'defect' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}
