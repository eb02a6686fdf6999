/** Converts an anchor of lighthouse over its admin API. */
import { parseConstraints } from '#core/constraints.ts'
import { parseClaims } from '#core/entity-statement/claims.ts'
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import {
  type MetadataPolicy,
  mergeMetadataPolicies,
  parseMetadataPolicy,
} from '#core/metadata-policy/index.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { BadSourceError, createFailures } from '#server/convert/failures.ts'
import {
  type AdminApi,
  answers,
  type Credentials,
  createAdminApi,
  parseAnswer,
} from '#server/convert/lighthouse/admin-api.ts'
import { readMarks } from '#server/convert/lighthouse/marks.ts'
import { type ReadMembers, readMembers } from '#server/convert/lighthouse/members.ts'
import { notesOfOperators, type Source } from '#server/convert/source.ts'

/** One list has all members. Times are milliseconds. */
const LIMITS = { maxBodyBytes: 64 * 1024 * 1024, totalTimeout: 60_000, perHost: 8 }

const paths = {
  configuration: '/entity-configuration',
  policy: '/subordinates/metadata-policies',
  constraints: '/subordinates/constraints',
  lifetime: '/subordinates/lifetime',
  crit: '/subordinates/metadata-policy-crit',
} as const

type Options = {
  /** Of the server or of its admin API. */
  url: string
  credentials: Credentials | null
  isPartial: boolean
  allowHttp: boolean
  signal: AbortSignal
}

/** @throws BadSourceError, FetchError */
export async function readLighthouse({
  url,
  credentials,
  isPartial,
  allowHttp,
  signal,
}: Options): Promise<Source> {
  const fetcher = createFetcher({ allowHttp, limits: LIMITS })
  const api = createAdminApi(fetcher, { url, credentials, signal })
  const failures = createFailures({ isPartial })
  try {
    const configuration = await readConfiguration(api)
    const general = await readGeneral(api)
    const context = { api, failures, signal, anchor: configuration.sub, life: general.life }
    const members = await readMembers(context)
    const { notes, ...marks } = await readMarks({ api, failures, configuration })
    const leftOut = failures.end().map((sentence) => `Left out: ${sentence}`)
    const ofContent = [...notesOf(members, general.metadataPolicy), ...(await noteOfCritical(api))]
    return {
      configuration,
      members: members.members,
      general: { ...general, metadataPolicy: mergeMetadataPolicies([general.metadataPolicy]) },
      ...marks,
      notes: [...leftOut, ...ofContent, ...notes],
    }
  } finally {
    await fetcher.close()
  }
}

/** As lighthouse publishes it, without a signature. */
async function readConfiguration(api: AdminApi): Promise<EntityStatementClaims> {
  const url = api.urlOf(paths.configuration)
  const claims = parseAnswer(answers.configuration, await api.get(paths.configuration), url)
  return checked(url, () => parseClaims(claims, { allowHttp: true }))
}

/** What counts for members without a policy and constraints of their own. */
async function readGeneral(api: AdminApi): Promise<NonNullable<Source['general']>> {
  const policy = parseAnswer(answers.object, await api.find(paths.policy), api.urlOf(paths.policy)) ?? {}
  const found = await api.find(paths.constraints)
  const constraints = parseAnswer(answers.object, found, api.urlOf(paths.constraints)) ?? {}
  const life = parseAnswer(answers.lifetime, await api.get(paths.lifetime), api.urlOf(paths.lifetime))
  return {
    metadataPolicy: checked(api.urlOf(paths.policy), () => parseMetadataPolicy(policy)),
    constraints: checked(api.urlOf(paths.constraints), () => parseConstraints(constraints)),
    life,
  }
}

/** @throws BadSourceError that names the URL */
function checked<Result>(url: string, parse: () => Result): Result {
  try {
    return parse()
  } catch (error) {
    if (error instanceof FederationError) throw new BadSourceError(`${url}: ${error.message}`)
    throw error
  }
}

async function noteOfCritical(api: AdminApi): Promise<string[]> {
  const names = parseAnswer(answers.names, await api.find(paths.crit), api.urlOf(paths.crit)) ?? []
  return names.length > 0
    ? [
        `Statements with the operators ${names.join(', ')} have metadata_policy_crit, which the file leaves out.`,
      ]
    : []
}

function notesOf({ members, waiting, policies }: ReadMembers, general: MetadataPolicy): string[] {
  const inactive = members.filter(({ active }) => !active).length
  return [
    ...notesOfOperators([general, ...policies]),
    ...(waiting > 0 ? [`Subordinates that wait for a decision, and are not in the file: ${waiting}.`] : []),
    ...(inactive > 0
      ? [`Subordinates that are blocked or inactive, and not active in the file: ${inactive}.`]
      : []),
  ]
}
