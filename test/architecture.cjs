/** The import rules that dependency-cruiser checks: web -> server -> federation -> core. */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** The floors, the lowest first. A part imports from the floors below it, never from its neighbours. */
const federationFloors = [
  ['core', 'gate'],
  ['key-store'],
  ['fetcher', 'store'],
  ['config', 'marks', 'page', 'resolver'],
  ['client', 'collection', 'files', 'http'],
  ['cli', 'fast-path', 'metrics', 'routes'],
  ['outage'],
  ['anchors', 'process'],
  ['export', 'mirror', 'start'],
  ['main'],
]
const serverFloors = [
  ['clock', 'database', 'error', 'identity'],
  ['config', 'live'],
  ['mail', 'publish'],
  ['services'],
  ['webhook'],
  ['plan'],
  ['as-code'],
  ['auth', 'backup', 'embedded', 'import', 'jobs'],
  ['alerts', 'convert'],
  ['metrics'],
  ['anchors'],
  ['rest', 'schema'],
  ['app|plugins'],
  ['process'],
  ['cli', 'demo', 'main|standalone|worker'],
]
const serviceFloors = [
  ['claim-size', 'groups', 'hours', 'line', 'reason', 'target-url', 'write-queue'],
  ['audit|file-object|protection|write-transaction|write'],
  ['context', 'patch', 'search'],
  ['algorithm', 'annotation', 'mail', 'mirror', 'superior'],
  ['entity', 'organization', 'signing-key'],
  ['collection'],
  ['trust-anchor'],
  ['trust-mark'],
  ['subordinate'],
  ['effect', 'found-withdrawals'],
  ['versions'],
  ['request'],
  ['index'],
]

function floorRules(folder, floors) {
  const path = (parts) => `^${folder}/(${parts.join('|')})(/|\\.ts$)`
  return floors.flatMap((floor, level) =>
    floor.map((part) =>
      rule(
        `floor-of-${folder}/${part}`,
        'A part imports from the floors below it only; a new part needs a floor.',
        { path: path([part]) },
        { path: `^${folder}/`, pathNot: path([part, ...floors.slice(0, level).flat()]) },
      ),
    ),
  )
}

module.exports = {
  forbidden: [
    rule(
      'federation-knows-no-server',
      'The public half runs without the admin half.',
      { path: '^federation/' },
      { path: '^(server|prisma|web)/' },
    ),
    rule(
      'core-uses-jose-only',
      'No clock, network, storage or framework in the domain.',
      { path: '^federation/core/(?!compact-jws)' },
      { dependencyTypes: ['npm', 'core'], pathNot: '^node_modules/jose/' },
    ),
    rule(
      'signatures-use-openssl-too',
      'Node’s crypto has the algorithms that jose lacks. It reads no clock and no file.',
      { path: '^federation/core/compact-jws' },
      {
        dependencyTypes: ['npm', 'core'],
        pathNot: '^(node_modules/jose/|crypto$|util$|node:(crypto|util)$)',
      },
    ),
    rule(
      'routes-open-no-sockets',
      'Only the fetcher opens connections to other entities.',
      { path: '^federation/', pathNot: '^federation/fetcher/' },
      { path: '^node_modules/undici/' },
    ),
    rule(
      'public-process-has-no-database',
      'The federation server serves bytes from Redis.',
      { path: '^federation/' },
      { path: '^node_modules/(pg|@prisma|pg-boss)/' },
    ),
    rule(
      'prisma-knows-no-server',
      'The data model imports no other folder.',
      { path: '^prisma/' },
      { path: '^(server|federation|web)/' },
    ),
    rule(
      'server-knows-no-console',
      'The console is a client like any other.',
      { path: '^server/' },
      { path: '^web/' },
    ),
    rule(
      'console-knows-core-only',
      'It talks to the server over GraphQL and shares the domain with it.',
      { path: '^web/' },
      { path: '^(server|prisma|federation/(?!core/))' },
    ),
    rule(
      'modules-know-no-components',
      'What a screen says and sends is tested without a browser.',
      { path: '^web/src/lib/(?!components/)' },
      { path: '^web/src/(lib/components|routes)/' },
    ),
    rule(
      'components-know-no-routes',
      'Routes put components together.',
      { path: '^web/src/lib/components/' },
      { path: '^web/src/routes/' },
    ),
    ...floorRules('federation', federationFloors),
    ...floorRules('server', serverFloors),
    ...floorRules('server/services', serviceFloors),
    rule(
      'client-loads-nothing-of-the-server',
      'Commands of the API over HTTP start in a tenth of a second, on any machine.',
      { path: '^server/cli/api/' },
      {
        path: '.',
        pathNot:
          '^(server/cli/api/|node_modules/commander/|node:|(fs|fs/promises|path|readline(/promises)?|events|stream/consumers|timers/promises)$)',
      },
    ),
    rule(
      'one-recorder',
      'Writes reach the audit log through one function, which appends the entry last.',
      { path: '^server/', pathNot: '^server/services/write-transaction\\.ts$' },
      { path: '^server/services/audit/append\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    rule('no-circles', 'Two files that need each other are one file, or three.', {}, { circular: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^prisma/generated/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true, // type-only imports count, except those of .svelte files, which the compiler drops
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.svelte'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
