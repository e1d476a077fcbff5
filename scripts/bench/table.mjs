// The table at the end of a run.
import { exceededLimits, targetRatio } from './targets.mjs';

const PEER_NAMES = {
  tessera: 'tessera',
  jax: 'jax-js',
  tfjs: 'tfjs',
  ort: 'onnxruntime-web',
  wasm: 'onnxruntime-web wasm',
  steps: 'step by step',
  half: 'f16 storage',
};

const short = (ms) => (ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2));

/** "12.3 (11.9)": median and minimum. */
function timeCell(record) {
  if (!record) return '–';
  if (record.error) return 'failed';
  if (record.skipped) return '–';
  return `${short(record.ms)} (${short(record.minMs)})`;
}

/** "2.31× of 1.5": the peer's median over ours, and the ratio promised. */
function ratioCell(ours, peer) {
  if (ours?.ms === undefined || peer?.ms === undefined) return '–';
  const ratio = peer.ms / ours.ms;
  const target = targetRatio(ours.workload, ours.adapter, peer.engine);
  if (target === null) return `${ratio.toFixed(2)}×`;
  return `${ratio.toFixed(2)}× ${ratio >= target ? '≥' : '< !'} ${target}`;
}

const CPU_NOTE =
  'Median processor time a step, all threads: steadier than the above on a machine that does other work.';

function layOut(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n');
}

/** Times and ratios, then calls and memory of each engine, as Markdown. */
export function tables(records, engines) {
  const workloads = [...new Set(records.map(({ workload }) => workload))];
  const find = (workload, engine) => records.find((record) => record.workload === workload && record.engine === engine);
  const peers = engines.filter((engine) => engine !== 'tessera');
  const times = [
    ['workload', 'tessera ms', ...peers.flatMap((peer) => [`${PEER_NAMES[peer]} ms`, `ratio`])],
    ...workloads.map((workload) => [
      workload,
      timeCell(find(workload, 'tessera')),
      ...peers.flatMap((peer) => {
        const record = find(workload, peer);
        return [timeCell(record), ratioCell(find(workload, 'tessera'), record)];
      }),
    ]),
  ];
  const processor = [
    ['workload', 'tessera cpu ms', ...peers.flatMap((peer) => [`${PEER_NAMES[peer]} cpu ms`, 'ratio'])],
    ...workloads.map((workload) => {
      const ours = find(workload, 'tessera')?.cpuMs;
      return [
        workload,
        ours ? short(ours) : '–',
        ...peers.flatMap((peer) => {
          const theirs = find(workload, peer)?.cpuMs;
          return theirs && ours ? [short(theirs), `${(theirs / ours).toFixed(2)}×`] : ['–', '–'];
        }),
      ];
    }),
  ];
  const costs = [
    [
      'workload',
      'engine',
      'dispatches',
      'submits',
      'bind groups',
      'buffers',
      'peak MB',
      'first ms',
      'GFLOP/s',
      'check',
    ],
    ...records.map((record) => [
      record.workload,
      PEER_NAMES[record.engine],
      ...['dispatches', 'submits', 'bindGroups', 'buffersCreated', 'peakMB', 'firstMs', 'gflops'].map((name) =>
        String(record[name] ?? '–'),
      ),
      record.check ?? record.error?.split('\n')[0].slice(0, 80) ?? record.skipped ?? '',
    ]),
  ];
  const exceeded = records
    .filter(({ engine }) => engine === 'tessera')
    .flatMap((record) => exceededLimits(record).map((sentence) => `! ${record.workload}: ${sentence}`));
  return [
    'Median (minimum) milliseconds a step; ratio = peer / tessera, then the ratio promised.',
    layOut(times),
    '',
    ...(records.some(({ cpuMs }) => cpuMs) ? [CPU_NOTE, layOut(processor), ''] : []),
    layOut(costs),
    ...exceeded,
  ].join('\n');
}
