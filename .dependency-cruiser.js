/** The arrows of the house: web → shared ← server, and nothing imports tests. Rule AR1 of docs/PROTOCOL.md. */
export default {
  forbidden: [
    {
      name: 'shared-is-the-ground-floor',
      comment:
        'shared/ imports shared/, yjs with its lib0 and y-protocols, and valibot; no Node, no DOM, no other area.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: ['^shared/', '(^|/)node_modules/(yjs|lib0|y-protocols|valibot)/'] },
    },
    {
      name: 'server-never-imports-web',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^web/' },
    },
    {
      name: 'web-never-imports-server',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^server/' },
    },
    {
      name: 'web-runs-in-browsers',
      comment: 'Node is for the files that build web/, not for web/.',
      severity: 'error',
      from: { path: '^web/', pathNot: ['^web/(vite\\.config|budget|service-worker-plugin)\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^tests/' },
      to: { path: '^tests/' },
    },
    {
      name: 'engines-know-no-vue',
      severity: 'error',
      from: { path: ['^web/[^/]+/engine/', '^web/sync/'] },
      to: {
        path: [
          '\\.vue$',
          '(^|/)node_modules/(vue|pinia|vue-router|vue-i18n|@vueuse)/',
          '(^|/)node_modules/@vue/',
        ],
      },
    },
    {
      name: 'engines-belong-to-their-noun',
      comment: 'Only the noun itself, and its workshop, reaches into its engine.',
      severity: 'error',
      from: { path: '^web/([^/]+)/', pathNot: '^web/workshop/' },
      to: { path: '^web/([^/]+)/engine/', pathNot: '^web/$1/engine/' },
    },
    {
      name: 'components-talk-to-stores',
      comment: 'A component never touches yjs or an engine: its store does.',
      severity: 'error',
      from: { path: '\\.vue$' },
      to: {
        path: ['(^|/)node_modules/(yjs|y-protocols|y-indexeddb|@hocuspocus)/', '^web/[^/]+/engine/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^~icons/|[?]url$' },
    },
    {
      name: 'no-development-package-at-run-time',
      severity: 'error',
      from: { path: '^(server|shared)/', pathNot: '^server/(start-up|dev)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^tests/bench/seed/' },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.js', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
}
