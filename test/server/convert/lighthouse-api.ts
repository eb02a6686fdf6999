/**
 * Answers of the admin API of lighthouse 0.22, written down from its description: the product itself is not here. Some
 * forms are those of 0.20.
 */
import type { TestEntity } from '#test/helpers/entity.ts'
import { answer } from '#test/helpers/fault.ts'
import { serve } from '#test/helpers/loopback.ts'
import { sendJson } from './bare-anchor.ts'

export const TYPE = 'https://lighthouse.example/marks/member'

export const BASE = '/api/v1/admin'

export type LighthouseApi = {
  url: string
  /** By path below the base. An absent one is answered with 404. */
  answers: Record<string, unknown>
  /** The value of the header with which it answers; undefined: any. */
  authorization?: string
  requests: string[]
}

export async function serveLighthouse(answers: Record<string, unknown>): Promise<LighthouseApi> {
  const api: LighthouseApi = { url: '', answers, requests: [] }
  api.url = await serve((request, response) => {
    const path = (request.url ?? '').replace(BASE, '')
    api.requests.push(request.url ?? '')
    if (api.authorization !== undefined && request.headers.authorization !== api.authorization)
      return answer(response, '{"error":"invalid_client"}', 'application/json', 401)
    if (path in api.answers) return sendJson(response, api.answers[path])
    answer(response, '{"error":"not_found"}', 'application/json', 404)
  })
  return api
}

type Subordinate = { id: number; entity_id: string; status: string; [field: string]: unknown }

/** Of subordinates: the list has less than each of them. */
export function subordinateAnswers(subordinates: readonly Subordinate[]): Record<string, unknown> {
  const times = { created_at: 1_780_000_000, updated_at: 1_780_000_100 }
  return {
    '/subordinates': subordinates.map(({ id, entity_id, status }) => ({ id, entity_id, status, ...times })),
    ...Object.fromEntries(
      subordinates.map((each) => [`/subordinates/${each.id}`, { ...each, ...times }] as const),
    ),
    '/subordinates/lifetime': 432_000,
    '/subordinates/metadata-policies': {},
    '/subordinates/additional-claims': [],
    '/subordinates/metadata-policy-crit': [],
  }
}

/** The Entity Configuration as the API shows it: without a signature. */
export function configurationAnswer(id: string, claims: object = {}): Record<string, unknown> {
  const federation_entity = {
    ...{ federation_fetch_endpoint: `${id}/fetch`, federation_list_endpoint: `${id}/list` },
    ...{ federation_resolve_endpoint: `${id}/resolve`, organization_name: 'Lighthouse' },
  }
  const key = { kty: 'EC', crv: 'P-256', kid: 'anchor', x: 'A'.repeat(43), y: 'A'.repeat(43), alg: 'ES256' }
  const times = { iat: 1_780_000_000, exp: 1_780_086_400 }
  return {
    '/entity-configuration': {
      ...{ iss: id, sub: id, ...times, jwks: { keys: [key] }, metadata: { federation_entity } },
      ...claims,
    },
  }
}

export const essential = (value: boolean) => ({ openid_relying_party: { contacts: { essential: value } } })

/** An anchor with a member for each form that lighthouse has, and what it states about them. */
export function recorded(id: string, members: readonly Pick<TestEntity, 'id' | 'keys'>[]) {
  const [first, second, third] = members
  const metadata = { openid_relying_party: { client_name: 'Stated' } }
  const constraints = { max_path_length: 1 }
  const own = { metadata_policy: essential(true), metadata, additional_claims: { policy_of: ['x'] } }
  const general = { metadata_policy: essential(false), constraints }
  const subordinates = [
    // Without a policy of its own, the API shows the general one.
    { id: 1, entity_id: first?.id ?? '', status: 'active', jwks: first?.keys, ...general },
    { id: 2, entity_id: second?.id ?? '', status: 'active', jwks: second?.keys, constraints, ...own },
    {
      id: 7,
      entity_id: third?.id ?? '',
      status: 'blocked',
      jwks: third?.keys,
      ...general,
      description: 'Left.',
    },
    { id: 9, entity_id: 'https://asks.example', status: 'pending', jwks: { keys: [] } },
  ]
  const configuration = {
    trust_mark_issuers: { [TYPE]: [id], 'https://refeds.example/x': ['https://issuer.example'] },
    authority_hints: ['https://superior.example'],
  }
  return {
    ...configurationAnswer(id, configuration),
    ...subordinateAnswers(subordinates),
    '/subordinates/metadata-policies': essential(false),
    '/subordinates/constraints': constraints,
    '/subordinates/2/additional-claims': [{ id: 4, claim: 'policy_of', value: ['x'], crit: false }],
    '/trust-marks/types': [{ id: 3, trust_mark_type: TYPE, description: 'Members in good standing' }],
    '/trust-marks/issuance-spec': [
      {
        ...{
          id: 5,
          trust_mark_type: TYPE,
          lifetime: 86_400,
          ref: 'https://lighthouse.example/ref',
          logo_uri: '',
        },
        additional_claims: { level: 'low', scheme: 'a' },
      },
    ],
    '/trust-marks/issuance-spec/5/subjects': [
      { id: 1, entity_id: first?.id, status: 'active' },
      { id: 2, entity_id: second?.id, status: 'active', additional_claims: { level: 'high' } },
      { id: 3, entity_id: 'https://asks.example', status: 'pending' },
    ],
  }
}
