/** The arrows of the architecture, as dependency-cruiser checks them: web -> server -> federation -> core. */
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

module.exports = {
  forbidden: [
    rule(
      'federation-knows-no-server',
      'The public half runs without the admin half.',
      { path: '^federation/' },
      { path: '^(server|prisma|web)/' },
    ),
    rule(
      'core-is-pure',
      'The domain imports nothing of ours and only jose from outside.',
      { path: '^federation/core/' },
      { path: '^(federation/(?!core/)|server|prisma|web)' },
    ),
    rule(
      'core-uses-jose-only',
      'No clock, network, storage or framework in the domain.',
      { path: '^federation/core/' },
      { dependencyTypes: ['npm', 'core'], pathNot: '^node_modules/jose/' },
    ),
    rule(
      'store-knows-no-routes',
      'The store serves routes, not the other way round.',
      { path: '^federation/store/' },
      { path: '^federation/(routes|fetcher|resolver|page|cli)/' },
    ),
    rule(
      'routes-open-no-sockets',
      'Only the fetcher talks to strangers.',
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
      'The data model stands alone.',
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
      'reads-in-schema-writes-in-services',
      'Services know neither GraphQL nor REST.',
      { path: '^server/(services|publish|jobs|auth)/' },
      { path: '^server/(schema|rest)/' },
    ),
    rule(
      'rest-stands-beside-graphql',
      'Both are thin layers over the same services.',
      { path: '^server/rest/' },
      { path: '^server/schema/' },
    ),
    rule(
      'no-circles',
      'Two files that need each other are one file, or three.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // prisma/config.ts imports the package of the same name, which looks like itself from here.
    exclude: { path: '^prisma/(generated/|config.ts)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
