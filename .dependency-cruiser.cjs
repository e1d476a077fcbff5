// Who may import whom: each folder of src/ has a rank and imports only from strictly lower ranks. Tests may reach further;
// cycles are forbidden to all.

/** Ranks, low to high; the folders of one line do not know each other. */
const RANKS = [
  ['base'],
  ['gpu', 'formats', 'storage', 'evaluate'],
  ['tensor', 'data'],
  ['autograd'],
  ['nn', 'plan'],
  ['quantize', 'decode', 'encoders'],
  ['tokenizers', 'recommenders'],
  ['train'],
  ['worker', 'cli'],
  ['app'],
];
/** The one sideways step: the planner builds optimizer steps out of `nn`. */
const SIDEWAYS = { plan: ['nn'] };

const inFolders = (folders) => `^src/(${folders.join('|')})/`;
const NO_TESTS = '\\.test\\.tsx?$';

const rankRules = RANKS.flatMap((folders, rank) =>
  folders.map((folder) => {
    const beside = folders.filter((other) => other !== folder && !SIDEWAYS[folder]?.includes(other));
    const forbidden = [...beside, ...RANKS.slice(rank + 1).flat()];
    return {
      name: `rank-${folder}`,
      comment: `${folder} may import only from lower ranks`,
      severity: 'error',
      from: { path: inFolders([folder]), pathNot: NO_TESTS },
      to: { path: forbidden.length > 0 ? `${inFolders(forbidden)}|^src/main\\.tsx$` : '^src/main\\.tsx$' },
    };
  }),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rankRules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'data-without-gpu',
      comment: 'data uses base, formats and storage; it never sees a GPU object or a metric',
      severity: 'error',
      from: { path: '^src/data/', pathNot: NO_TESTS },
      to: { path: '^src/(gpu|evaluate)/' },
    },
    {
      name: 'app-owns-pixels',
      comment: 'the window thread sees base, evaluate and the worker’s protocol and client, nothing else',
      severity: 'error',
      from: { path: '^src/app/', pathNot: NO_TESTS },
      to: {
        path: '^src/',
        pathNot: '^src/(app|base|evaluate)/|^src/worker/(protocol|client)\\.ts$|^src/worker/protocol/|\\.css$',
      },
    },
    {
      name: 'shaders-by-gpu',
      comment: 'only gpu loads from shaders/',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/gpu/' },
      to: { path: '^shaders/' },
    },
    {
      name: 'webgpu-binding-by-cli',
      comment: 'Dawn’s Node binding is a development dependency: only the command line loads it',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/cli/|${NO_TESTS}` },
      to: { path: 'node_modules/webgpu/' },
    },
    {
      name: 'product-without-tests',
      comment: 'what ships does not import what tests it',
      severity: 'error',
      from: { path: '^src/', pathNot: NO_TESTS },
      to: { path: '^(test|e2e|bench|scripts)/|\\.test\\.tsx?$' },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^(src|test|e2e|bench)/' },
      to: { couldNotResolve: true, pathNot: '\\?(raw|worker|url|worker&url)$|^virtual:|^vite/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};
