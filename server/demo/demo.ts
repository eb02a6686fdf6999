/**
 * `npm run demo`: runs the product like `npm start`, with a small federation of real HTTP servers around it. The
 * members are registered and receive their Trust Marks through the admin API.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { defaultEndpoints } from '#core/endpoint.ts'
import { readEmbeddedConfig, setDefaults } from '#server/config/embedded.ts'
import { type AdminClient, crawlFederation, createAdminClient } from '#server/demo/admin-client.ts'
import { type Entity, startEntity } from '#server/demo/entity.ts'
import { type AnchorSlug, anchors, type Member, markTypes, members } from '#server/demo/members.ts'
import { readRunning } from '#server/embedded/data-directory.ts'
import { requireFreePorts } from '#server/embedded/port.ts'
import { accountsOf } from '#server/process/accounts.ts'
import { openInstallation } from '#server/process/installation.ts'
import { sentenceOf } from '#server/process/start-failure.ts'

setDefaults({ DATA_DIR: 'data/demo' })
const { dataDirectory, adminPort, federationPort, demoPort, entityId: anchor } = readEmbeddedConfig()
const adminUrl = `http://localhost:${adminPort}`
const federationUrl = `http://localhost:${federationPort}`
const anchorId = (slug: AnchorSlug) => (slug === 'main' ? anchor : `${anchor}/${slug}`)
const markType = (name: string) => `${anchor}/trust-marks/${name}`

/** Stopped when this process ends. */
let product: ChildProcess | undefined

async function startProduct() {
  const script = fileURLToPath(new URL('../standalone.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  )
  product = child
  const ended = once(child, 'exit').then(([code]) => Number(code ?? 1))
  // A terminal sends Ctrl-C to both processes, other senders to this one only. A second signal does no harm.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGTERM'))
  const failed = await Promise.race([untilReady().then(() => false), ended.then(() => true)])
  if (failed) process.exit(1) // it has printed the reason
  return { ended } // in an object: an async function would await a bare promise
}

/** Waits until the product has announced its parts. */
async function untilReady(): Promise<void> {
  while (!(await readRunning(resolve(dataDirectory)))?.parts) await setTimeout(200)
}

async function startMembers(): Promise<Map<string, Entity>> {
  await requireFreePorts({
    variable: 'DEMO_PORT',
    first: demoPort,
    host: 'localhost',
    count: members.length,
  })
  const port = (slug: string) => demoPort + members.findIndex((member) => member.slug === slug)
  const started = new Map<string, Entity>()
  for (const { slug, superiors, organization, metadata } of members) {
    const isBelow = typeof superiors === 'string'
    const above = isBelow ? [`http://localhost:${port(superiors)}`] : superiors.map(anchorId)
    const keyFile = join(dataDirectory, 'members', `${slug}.json`)
    const entity = await startEntity({
      port: port(slug),
      keyFile,
      superiors: above,
      metadata: (id) => metadata(id, organization),
    })
    started.set(slug, entity)
    if (isBelow) started.get(superiors)?.adopt(entity)
  }
  return started
}

const FAILURE = '__typename ... on Error { message code }'
type Result = { __typename: string; message?: string; code?: string }

/** A conflict is fine: at a second start everything exists. */
function accept(what: string, { message, code }: Result): void {
  if (message && code !== 'CONFLICT') throw new Error(`${what}: ${message}`)
}

async function createAnchors(admin: AdminClient): Promise<void> {
  const endpoints = [...defaultEndpoints, 'self_check'].map((name) => name.toUpperCase()) // as the API names them
  const look = { displayName: 'Research federation', environment: 'PRODUCTION', color: '#2563eb', endpoints }
  const update = `mutation ($input: UpdateTrustAnchorInput!) { result: updateTrustAnchor(input: $input) { ${FAILURE} } }`
  accept('main', (await admin<{ result: Result }>(update, { input: look })).result)
  for (const each of anchors) {
    const create = `mutation ($input: CreateTrustAnchorInput!) { result: createTrustAnchor(input: $input) { ${FAILURE} } }`
    const input = { ...each, entityId: anchorId(each.slug) }
    accept(each.slug, (await admin<{ result: Result }>(create, { input })).result)
  }
}

/** Returns the link of an invitation to the portal; null at a second start. */
async function furnish(admin: AdminClient, entities: ReadonlyMap<string, Entity>): Promise<string | null> {
  for (const { name, description } of markTypes) {
    const mutation = `mutation ($input: CreateTrustMarkTypeInput!) { result: createTrustMarkType(input: $input) { ${FAILURE} } }`
    const { result } = await admin<{ result: Result }>(mutation, {
      input: { type: markType(name), description },
    })
    accept(name, result)
  }
  let invited: string | null = null
  for (const member of members) {
    const entity = entities.get(member.slug)
    if (!entity || member.isApplicant || typeof member.superiors === 'string') continue
    const organizationId = await admit(admin, member, member.superiors, entity)
    if (organizationId && !invited) invited = await invite(admin, organizationId, member)
  }
  return invited
}

async function invite(admin: AdminClient, organizationId: string, { slug }: Member): Promise<string | null> {
  const mutation = `mutation ($input: InvitePersonInput!) { result: invitePerson(input: $input) {
    ... on InvitePersonSuccess { person { invitationLink } } ${FAILURE} } }`
  const input = { organizationId, email: `anna@${slug}.example`, name: 'Anna', mayInvite: true }
  const { result } = await admin<{ result: Result & { person?: { invitationLink: string | null } } }>(
    mutation,
    {
      input,
    },
  )
  accept(input.email, result)
  return result.person?.invitationLink ?? null
}

/** Undefined at a second start, when the member has it. */
async function createOrganization(
  admin: AdminClient,
  home: AnchorSlug | undefined,
  { slug, organization: name }: Member,
): Promise<string | undefined> {
  const create = `mutation ($input: CreateOrganizationInput!) {
    result: createOrganization(input: $input) { ... on CreateOrganizationSuccess { organization { id } } ${FAILURE} } }`
  const contacts = [
    { role: 'TECHNICAL', email: `operations@${slug}.example`, name: 'Operations' },
    { role: 'SECURITY', email: `security@${slug}.example` },
  ]
  const identity = { identifierScheme: 'Demonstration register', identifier: slug }
  const input = { anchor: home, name, contacts, ...identity }
  const { result } = await admin<{ result: Result & { organization?: { id: string } } }>(create, { input })
  accept(name, result)
  return result.organization?.id
}

async function admit(
  admin: AdminClient,
  member: Member,
  superiors: readonly AnchorSlug[],
  entity: Entity,
): Promise<string | undefined> {
  const { slug, marks } = member
  const { entityId } = entity
  const [home] = superiors
  const organizationId = await createOrganization(admin, home, member)
  const register = `mutation ($input: RegisterSubordinateInput!) { result: registerSubordinate(input: $input) { ${FAILURE} } }`
  for (const each of superiors) {
    const input = { anchor: each, entityId, ...(each === home ? { organizationId } : {}) }
    accept(slug, (await admin<{ result: Result }>(register, { input })).result)
  }
  for (const name of marks) {
    const issue = `mutation ($input: IssueTrustMarkInput!) { result: issueTrustMark(input: $input) { ${FAILURE} } }`
    accept(
      slug,
      (await admin<{ result: Result }>(issue, { input: { entityId, trustMarkType: markType(name) } })).result,
    )
  }
  const receive = async (name: string) => {
    const parameters = new URLSearchParams({ trust_mark_type: markType(name), sub: entityId })
    const response = await fetch(`${federationUrl}/trust_mark?${parameters}`)
    return { trust_mark_type: markType(name), trust_mark: await response.text() }
  }
  entity.carry(await Promise.all(marks.map(receive)))
  return organizationId
}

function describe(entities: ReadonlyMap<string, Entity>, invitation: string | null): string {
  const resolveUrl = (slug: string) => {
    const sub = entities.get(slug)?.entityId ?? ''
    return `${federationUrl}/resolve?${new URLSearchParams({ sub, trust_anchor: anchor })}`
  }
  const applicant = members.find(({ isApplicant }) => isApplicant)
  const registered = [...entities].filter(([slug]) => slug !== applicant?.slug)
  return `
  The demonstration federation: ${registered.length} members, kept apart from npm start in ${dataDirectory}.
  Besides the Trust Anchor there are an anchor for tests, ${anchorId('test')},
  and an Intermediate of its own under it, ${anchorId('edu')}.

${registered.map(([slug, { entityId }]) => `    ${entityId}   ${slug}`).join('\n')}

  To try:
    curl -s '${federationUrl}/list'
    curl -s '${federationUrl}/list?entity_type=openid_provider'
    curl -s '${resolveUrl('library')}'
    curl -s '${resolveUrl('courses')}'   (below our Intermediate)
    curl -s '${resolveUrl('hospital')}'   (two levels down)

  ${entities.get(applicant?.slug ?? '')?.entityId} asks to become a member: register it in the console.
${invitation ? `\n  To see the portal as a person of ${members[0]?.organization}, open this link in a private window. It works once:\n    ${invitation}\n` : ''}
`
}

async function createApiKey(): Promise<string> {
  const { caller, close, ...parts } = await openInstallation()
  const user = { username: 'admin', keyName: 'demo', days: 1 }
  return accountsOf(parts)
    .createApiKey(caller, user)
    .then(({ key }) => key)
    .finally(close)
}

try {
  const entities = await startMembers()
  const { ended } = await startProduct()
  const admin = createAdminClient(adminUrl, await createApiKey(), 'main')
  await createAnchors(admin)
  const invitation = await furnish(admin, entities)
  const fault = await crawlFederation(admin)
  process.stdout.write(describe(entities, invitation))
  if (fault)
    process.stdout.write(`  The federation is not crawled yet, and will be within minutes. ${fault}\n\n`)
  const code = await ended
  for (const entity of entities.values()) await entity.close()
  process.exit(code)
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`)
  if (product?.exitCode === null && product.kill('SIGTERM')) await once(product, 'exit')
  process.exit(1)
}
