import { expect, test } from 'vitest'
import { policyByParameter, stepInWords } from '#lib/policy/step.ts'
import {
  type Chain,
  firstChain,
  firstStatement,
  partiesOf,
  statementName,
  verdict,
} from '#lib/resolution/resolution.ts'
import { trustGraph } from '#lib/resolution/trust-graph.ts'

const leaf = 'https://rp.example'
const im = 'https://im.example'
const ta = 'https://ta.example'

const statement = (jwt: string) => ({
  jwt,
  header: {},
  claims: {},
  issuedAt: null,
  expiresAt: null,
  kid: null,
})
const check = (at: number, status: 'PASSED' | 'FAILED') => ({
  statement: at,
  name: 'SIGNATURE' as const,
  status,
  title: 'Its signature verifies with its issuer’s keys',
  message: '',
  section: '10.2',
})

const chain: Chain = {
  path: [leaf, im, ta],
  valid: true,
  reason: null,
  failedStatement: null,
  expiresAt: '2027-01-01T00:00:00Z',
  findings: [],
  statements: ['leaf', 'im', 'ta', 'own'].map(statement),
  checks: [0, 1, 2, 3].map((at) => check(at, 'PASSED')),
  policy: [],
}
const broken: Chain = {
  ...chain,
  valid: false,
  reason: 'the signature is wrong',
  checks: [check(0, 'PASSED'), check(1, 'PASSED'), check(2, 'FAILED'), check(3, 'PASSED')],
}
const resolution = {
  entityId: leaf,
  trustAnchor: ta,
  resolved: true,
  metadata: {},
  failures: [],
  chains: [chain],
}
const lost = { entityId: leaf, superior: 'https://gone.example', reason: 'no answer', advice: null }

test('names each position of a chain, its issuer and its subject', () => {
  expect([0, 1, 2, 3].map((at) => statementName(chain, at))).toEqual([
    'Entity Configuration',
    'Subordinate Statement',
    'Subordinate Statement',
    'Entity Configuration of the Trust Anchor',
  ])
  expect([0, 1, 2, 3].map((at) => partiesOf(chain, at))).toEqual([
    { issuer: leaf, subject: leaf },
    { issuer: im, subject: leaf },
    { issuer: ta, subject: im },
    { issuer: ta, subject: ta },
  ])
})

test('selects a valid chain first, or the statement that fails', () => {
  expect(firstChain({ ...resolution, chains: [broken, chain] })).toBe(1)
  expect(firstStatement(chain)).toBe(0)
  expect(firstStatement(broken)).toBe(2)
})

test('counts valid and invalid chains in the verdict', () => {
  expect(verdict({ ...resolution, chains: [chain, broken] }).detail).toContain(
    '1 Trust Chain holds, 1 other does not.',
  )
  expect(verdict({ ...resolution, resolved: false, chains: [broken] }).title).toBe('It does not resolve')
  const nowhere = verdict({ ...resolution, resolved: false, chains: [], failures: [lost] })
  expect(nowhere).toMatchObject({ tone: 'error', detail: '1 branch ended before it.' })
})

test('draws each entity once, and marks the invalid statement', () => {
  const { nodes, edges } = trustGraph({ ...resolution, chains: [broken] })
  expect(nodes.map(({ id, role }) => [id, role])).toEqual([
    [leaf, 'subject'],
    [im, 'intermediate'],
    [ta, 'anchor'],
  ])
  expect(edges.map(({ superior, subordinate, tone }) => [superior, subordinate, tone])).toEqual([
    [im, leaf, 'success'],
    [ta, im, 'error'],
  ])
  expect(nodes.map(({ view }) => view.statement)).toEqual(['0', '2', '3'])
})

test('shows an entity of several chains with its best state', () => {
  const { edges } = trustGraph({ ...resolution, chains: [broken, chain] })
  expect(edges).toHaveLength(2)
  expect(edges[1]).toMatchObject({ tone: 'success', view: { chain: '1', statement: '2' } })
})

test('draws a dead end that opens its reason', () => {
  const { nodes, edges } = trustGraph({ ...resolution, resolved: false, chains: [], failures: [lost] })
  expect(nodes.map(({ role }) => role)).toEqual(['subject', 'unreached'])
  expect(edges).toMatchObject([{ superior: lost.superior, tone: 'error', view: { failure: '0' } }])
})

test('lists the policy by parameter, in the order of its steps', () => {
  const step = (parameter: string, operator: string, before: unknown, after: unknown) => ({
    entityType: 'openid_relying_party',
    parameter,
    operator,
    setBy: [ta],
    value: ['a'],
    before,
    after,
    error: null,
  })
  const steps = [step('scope', 'subset_of', ['a', 'b'], ['a']), step('contacts', 'add', ['a'], ['a'])]
  const again = step('scope', 'essential', ['a'], ['a'])
  expect(
    policyByParameter([...steps, again]).map(({ parameter, steps }) => [parameter, steps.length]),
  ).toEqual([
    ['scope', 2],
    ['contacts', 1],
  ])
  expect(steps.map(stepInWords)).toEqual([
    'Removes values that are not allowed.',
    'All values are already there.',
  ])
  expect(stepInWords(step('x', 'regexp', 'a', 'b'))).toContain('another specification')
})
