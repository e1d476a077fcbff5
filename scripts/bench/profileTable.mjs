// Where the time of our step goes: by kernel, then the costliest launches.

const TOP_LAUNCHES = 30;

/** Sums by `keyOf`, costliest first. */
function summed(launches, keyOf, cost) {
  const sums = new Map();
  for (const launch of launches) {
    const key = keyOf(launch);
    const sum = sums.get(key) ?? { key, count: 0, ms: 0, cpuMs: 0 };
    sum.count++;
    sum.ms += launch.ms;
    sum.cpuMs += launch.cpuMs;
    sums.set(key, sum);
  }
  return [...sums.values()].sort((a, b) => b[cost] - a[cost]);
}

/** @returns text; processor time leads where it can be read, since it is steadier */
export async function profileTable(cells, workload, repeats) {
  const cell = await cells.start();
  try {
    await cell.open('tessera', workload);
    await cell.first();
    await cell.warm(1);
    const { launches, emptyMs, emptyCpuMs } = await cell.profile(repeats);
    const total = summed(launches, () => 'all', 'ms')[0] ?? { ms: 0, cpuMs: 0 };
    const cost = total.cpuMs > 0 ? 'cpuMs' : 'ms';
    const line = ({ key, count, ms, cpuMs }) => {
      const share = ((100 * (cost === 'cpuMs' ? cpuMs : ms)) / Math.max(total[cost], 1e-9)).toFixed(1);
      return `${ms.toFixed(2).padStart(10)} ${cpuMs.toFixed(2).padStart(10)} ${share.padStart(6)} % ${String(count).padStart(4)}  ${key}`;
    };
    const head = '        ms     cpu ms    share count  kernel';
    return [
      `${workload}: ${launches.length} launches, ${total.ms.toFixed(1)} ms, ${total.cpuMs.toFixed(1)} cpu ms (less ${emptyMs.toFixed(2)} ms, ${emptyCpuMs.toFixed(2)} cpu ms a launch for submit and wait)`,
      head,
      ...summed(launches, ({ kernel }) => kernel, cost).map(line),
      `costliest launches, equal ones together:`,
      ...summed(launches, ({ kernel, detail, groups }) => `${kernel} [${groups}] ${detail}`, cost)
        .slice(0, TOP_LAUNCHES)
        .map(line),
    ].join('\n');
  } finally {
    await cell.close();
  }
}
