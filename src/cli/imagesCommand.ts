/** `tessera data images`: fetches item pictures by their addresses into a workspace's domain. */
import { ConfigError } from '../base/errors';
import {
  type FillImagesProgress,
  type FillImagesReport,
  fillImages,
  type ImageCoverage,
} from '../data/workspace/fillImages';
import { progressLine } from './progressLine';
import { shrinkPicture } from './shrinkPicture';
import { findDomain, folderWorkspace } from './workspaceDataset';

export interface ImagesOptions {
  readonly workspace: string;
  readonly isJson: boolean;
  /** Hosts that may be asked, separated by commas. */
  readonly allow: string;
  /** Most addresses to ask in this run; null: all. */
  readonly limit: number | null;
}

const MOST_PRINTED = 10;

const REASONS = {
  refused: 'led elsewhere',
  status: 'not there',
  unreachable: 'no answer',
  tooLarge: 'too large a file',
  tooManyPixels: 'too many pixels',
  broken: 'no picture',
};

/**
 * @throws ConfigError `cli/allow`, `cli/workspace`, `cli/domain`; CancelledError `images/stopped`; TesseraError
 *   `images/unreachable`; FormatError `workspace/notReady`; QuotaError `storage/quota`
 */
export async function imagesCommand(
  domain: string | undefined,
  options: ImagesOptions,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<void> {
  const allowedHosts = namedHosts(options.allow);
  const workspace = await folderWorkspace(options.workspace);
  const info = await findDomain(workspace, domain);
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(130);
    process.stderr.write('\nstopping, and storing what came; press again to end at once\n');
    stop.abort();
  };
  process.on('SIGINT', interrupt);
  let report: FillImagesReport;
  try {
    report = await fillImages(workspace, info.id, {
      fetch,
      allowedHosts,
      limit: options.limit,
      signal: stop.signal,
      shrink: shrinkPicture,
      now: () => performance.now(),
      onProgress: progressPrinter(options.isJson),
    });
  } finally {
    process.off('SIGINT', interrupt);
  }
  const { stoppedBy, ...said } = report;
  if (options.isJson) process.stdout.write(`${JSON.stringify({ kind: 'images', id: info.id, ...said })}\n`);
  else process.stdout.write(`${describe(info.name, report)}\n`);
  if (stoppedBy !== null) throw stoppedBy;
  if (allowedHosts.size === 0 && report.otherHosts.length > 0) {
    const [first] = report.otherHosts;
    throw new ConfigError(
      'cli/allow',
      `data images: wanted --allow with the hosts that may be asked, came none; for instance --allow ${first?.host}.`,
    );
  }
}

/** @throws ConfigError `cli/allow` for what is no bare host name */
function namedHosts(text: string): Set<string> {
  const names = text.split(',').map((name) => name.trim());
  return new Set(names.filter((name) => name !== '').map(namedHost));
}

function namedHost(name: string): string {
  const url = URL.canParse(`https://${name}`) ? new URL(`https://${name}`) : null;
  if (url !== null && url.href === `https://${url.host}/` && !name.includes('*') && !name.endsWith('/'))
    return url.host;
  throw new ConfigError(
    'cli/allow',
    `--allow: wants host names separated by commas, such as images.example.org, got "${name}".`,
  );
}

/** On a terminal a line that redraws itself, else one each 10 s; with `--json` an object a second. The last is always told. */
function progressPrinter(isJson: boolean): (progress: FillImagesProgress) => void {
  const isLive = !isJson && process.stderr.isTTY === true;
  const pauseMs = isJson ? 1000 : isLive ? 200 : 10_000;
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const { done, total, failed, rate, etaSeconds, coverage } = progress;
    if (performance.now() - last < pauseMs && done < total) return;
    last = performance.now();
    if (isJson) {
      process.stdout.write(
        `${JSON.stringify({ kind: 'progress', stage: 'images', unit: 'addresses', ...progress })}\n`,
      );
      return;
    }
    const state = { stage: 'images', unit: 'addresses', epoch: 0, epochs: 0 };
    const line = `${progressLine({ ...state, done, total, rate, etaSeconds }, null)}  ${failed} failed  ${covered(coverage)}`;
    if (!isLive) process.stderr.write(`${line}\n`);
    else
      process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 120) - 1)}${done < total ? '' : '\n'}`);
  };
}

const covered = ({ items, withUrl, withImage }: ImageCoverage): string =>
  `pictures ${withImage} / addresses ${withUrl} / items ${items}`;

function describe(name: string, report: FillImagesReport): string {
  const { added, asked, done, coverage, otherHosts, unusable, failed, failures } = report;
  const lines = [`${name}: ${added} pictures added, ${done} of ${asked} addresses answered; ${covered(coverage)}`];
  for (const [reason, text] of Object.entries(REASONS)) {
    const count = Object.entries(failed).find(([key]) => key === reason)?.[1] ?? 0;
    if (count > 0) lines.push(`${count} ${text}`);
  }
  for (const { item, address, detail } of failures.slice(0, MOST_PRINTED))
    lines.push(`  ${item}  ${address}  ${detail}`);
  if (otherHosts.length > 0) lines.push('not asked, since --allow does not name the host:');
  for (const { host, items } of otherHosts.slice(0, MOST_PRINTED)) lines.push(`  ${host}  ${items} items`);
  if (otherHosts.length > MOST_PRINTED) lines.push(`  and ${otherHosts.length - MOST_PRINTED} more hosts`);
  if (unusable > 0) lines.push(`${unusable} items with an address that is not https, or not public`);
  return lines.join('\n');
}
