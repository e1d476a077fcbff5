// Reads APT's source lists, in both of their formats, to add Debian's backports from the mirror that the machine already
// uses. Pure text in, text out; testMachine.mjs does the rest.

/**
 * @typedef {{ uri: string, suites: string[], components: string[], options: string }} AptSource
 * `options` as in a one-line entry: `[signed-by=…]` or empty.
 */

/** Entries of a `*.list` file: `deb [options] uri suite component…`. @returns {AptSource[]} */
export function parseListFile(text) {
  return text
    .split('\n')
    .map((line) => /^\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+?)\s*(?:#.*)?$/.exec(line))
    .filter((match) => match !== null)
    .map(([, options = '', uri, suite, components]) => ({
      uri,
      suites: [suite],
      components: components.split(/\s+/),
      options: options.trim(),
    }));
}

/** Entries of a `*.sources` file (deb822 paragraphs). @returns {AptSource[]} */
export function parseSourcesFile(text) {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const lines = paragraph.split('\n').filter((line) => !line.startsWith('#'));
    const field = (name) => {
      const line = lines.find((candidate) => candidate.toLowerCase().startsWith(`${name.toLowerCase()}:`));
      return line === undefined
        ? []
        : line
            .slice(name.length + 1)
            .trim()
            .split(/\s+/)
            .filter(Boolean);
    };
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return [];
    const [signedBy] = field('Signed-By');
    const options = signedBy?.startsWith('/') ? `[signed-by=${signedBy}]` : '';
    return field('URIs').map((uri) => ({ uri, suites: field('Suites'), components: field('Components'), options }));
  });
}

/**
 * The line that adds `<codename>-backports`, made from the entry that serves `codename` itself; null when that suite is
 * there already or no entry serves `codename`.
 * @param {readonly AptSource[]} sources
 */
export function backportsLine(sources, codename) {
  const suite = `${codename}-backports`;
  if (sources.some(({ suites }) => suites.includes(suite))) return null;
  const main = sources.find(({ suites, components }) => suites.includes(codename) && components.includes('main'));
  return main ? ['deb', main.options, main.uri, suite, 'main'].filter(Boolean).join(' ') : null;
}

/** Upstream major version of a Debian version string: `1:25.0.7-2~bpo12+1` gives 25; NaN if there is none. */
export const majorVersion = (version) => Number.parseInt(version.replace(/^\d+:/, ''), 10);
