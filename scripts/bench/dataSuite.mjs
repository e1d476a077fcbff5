// `npm run bench -- --suite data`: what importing and reading data costs. Prints one JSON object a line.
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { importInChromium, importInNode } from './importSpeed.mjs';
import { workspaceInChromium, workspaceInNode } from './workspaceSpeed.mjs';

export const DATA_USAGE = `npm run bench -- --suite data [options]
  --parts LIST   import (bytes to rows, without a store), workspace (the same into chunks, with its 5-core), core (k-core of 2 M
                 events), open (a catalogue of 1 M items), stall (training on data larger than the window; Node on the software
                 Vulkan driver), paper; default: all but paper
  --paper        only the nine domains of the UTGRec paper at their real sizes, 12 M events: the part paper
  --sizes LIST   shares of the 1 GB catalogue; default: 0.25,0.5,1
  --hosts LIST   node, chromium; default: both
  --json FILE    append one JSON object a line`;

/** Least rates in MB of inflated JSON lines a second, or this share of plain JSON.parse in the same run. */
const TARGETS = { Node: 60, Chromium: 30, ratio: 0.5 };
const MAX_HEAP_MB = 300;

/** @returns exit code: 1 if a target is missed */
export async function dataSuite(args) {
  const { values } = parseArgs({
    args,
    options: {
      suite: { type: 'string' },
      parts: { type: 'string', default: 'import,workspace,core,open,stall' },
      paper: { type: 'boolean', default: false },
      sizes: { type: 'string', default: '0.25,0.5,1' },
      hosts: { type: 'string', default: 'node,chromium' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(DATA_USAGE);
    return 0;
  }
  const shares = values.sizes.split(',').map(Number);
  if (shares.some((share) => !(share > 0 && share <= 10)))
    throw new Error(`bench: --sizes wants shares of 1 GB, got ${values.sizes}`);
  const hosts = values.hosts.split(',');
  let missed = 0;
  const report = (record) => {
    const { host, MBs, MBsPerCore = MBs, ratio, heapPeakMB = 0 } = record;
    const target = TARGETS[host.split(' ')[0]];
    const isMet = (MBsPerCore >= target || ratio >= TARGETS.ratio) && heapPeakMB <= MAX_HEAP_MB;
    if (!isMet) missed++;
    const line = JSON.stringify({ suite: 'data', what: 'import', ...record, isMet });
    console.log(line);
    if (values.json) appendFileSync(values.json, `${line}\n`);
  };
  const parts = values.paper ? ['paper'] : values.parts.split(',');
  const isAsked = (host) => parts.includes('import') && hosts.includes(host);
  if (isAsked('node')) for await (const record of importInNode(shares)) report(record);
  if (isAsked('chromium')) for await (const record of importInChromium(shares)) report(record);
  const workspaces = [
    ['node', workspaceInNode],
    ['chromium', workspaceInChromium],
  ];
  for (const [host, records] of workspaces)
    if (hosts.includes(host))
      for await (const record of records(parts, shares)) {
        if (!record.isMet) missed++;
        const line = JSON.stringify({ suite: 'data', ...record });
        console.log(line);
        if (values.json) appendFileSync(values.json, `${line}\n`);
      }
  return missed === 0 ? 0 : 1;
}
