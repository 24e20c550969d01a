/**
 * Who may import whom (DESIGN 3). The data flows one way, generators -> harness -> reports, and the
 * reference (spec) knows nobody.
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.(test|spec|fixture)\\.ts$' },
  to: { pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    only(
      'spec-is-pure',
      '^spec/',
      '^spec/',
      'The reference has no I/O, no clock, no dependencies: move what needs them out of spec/.',
    ),
    only(
      'generators-know-the-vocabulary-only',
      '^generators/',
      '^generators/|^spec/(wire|config|tables)/|^spec/scenario\\.ts$|^node_modules/fast-check',
      'A generator that knows how the model behaves inherits its blind spots.',
    ),
    {
      name: 'harness-does-not-look-ahead',
      comment: 'The harness plays and compares data; it knows neither generators nor suites nor reports.',
      severity: 'error',
      from: { path: '^harness/', pathNot: '^harness/cli/' },
      to: { path: '^(generators|suites|reports)/|^node_modules/fast-check' },
    },
    {
      name: 'only-directors-open-the-model',
      comment: 'Everything else sees the model as one more Director.',
      severity: 'error',
      from: {
        path: '^(harness|generators|reports)/',
        pathNot: '^harness/directors/(model|broken[a-z-]*|recording)\\.ts$|\\.(test|spec)\\.ts$',
      },
      to: { path: '^spec/(model|state)\\.ts$|^spec/(ip|netfilter|conntrack|ipvs)/' },
    },
    only(
      'reports-read-outcomes-only',
      '^reports/',
      '^reports/|^harness/outcome\\.ts$|^spec/(wire|config|scenario|observation|trace)|^node_modules/',
      'A writer is a pure function of a Run record.',
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      ...{ extensions: ['.ts', '.js'], exportsFields: ['exports'] },
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
