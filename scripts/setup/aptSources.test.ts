import { describe, expect, it } from 'vitest';
import { backportsLine, majorVersion, parseListFile, parseSourcesFile } from './aptSources.mjs';

const DEB822 = `# a comment
Types: deb
# another
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb deb-src
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main contrib
`;

describe('APT source lists', () => {
  it('takes the mirror and the key of the main suite for backports from a deb822 file', () => {
    expect(backportsLine(parseSourcesFile(DEB822), 'bookworm')).toBe(
      'deb [signed-by=/usr/share/keyrings/archive.gpg] http://mirror.example/debian bookworm-backports main',
    );
  });

  it('takes them from a one-line list, and ignores comments and source packages', () => {
    const text =
      '# deb http://off.example x main\ndeb-src http://m.example/debian bookworm main\ndeb http://m.example/debian bookworm main contrib # ours\n';
    expect(parseListFile(text)).toHaveLength(1);
    expect(backportsLine(parseListFile(text), 'bookworm')).toBe('deb http://m.example/debian bookworm-backports main');
  });

  it('adds nothing when the suite is there already', () => {
    const sources = [
      ...parseSourcesFile(DEB822),
      ...parseListFile('deb http://m.example/debian bookworm-backports main'),
    ];
    expect(backportsLine(sources, 'bookworm')).toBeNull();
  });

  it('adds nothing when no entry serves the release, or the entry is switched off', () => {
    expect(backportsLine(parseSourcesFile(DEB822), 'trixie')).toBeNull();
    expect(parseSourcesFile(`${DEB822.split('\n\n')[0]}\nEnabled: no`)).toEqual([]);
  });

  it('reads the upstream version past an epoch', () => {
    expect(['25.0.7-2~bpo12+1', '1:22.3.6', '(none)'].map(majorVersion)).toEqual([25, 22, Number.NaN]);
  });
});
