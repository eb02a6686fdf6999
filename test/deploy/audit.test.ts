/** Tests the dependency audit of `npm run check` with answers of npm. */
import { expect, test } from 'vitest'
import { judge } from '#test/audit.ts'

const weakness = (severity: string) => ({
  severity,
  range: '<1.2.3',
  via: ['another', { title: 'It forgets itself', url: 'https://advisories.example/1', cwe: [] }],
})
const answer = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities })

test.each(['high', 'critical'])('fails for a vulnerability of %s severity, and names it', (severity) => {
  const { isFailure, sentences } = judge(answer({ lib: weakness(severity), other: weakness('low') }))
  expect(isFailure).toBe(true)
  expect(sentences).toEqual([
    `lib <1.2.3: ${severity}: by another; It forgets itself (https://advisories.example/1)`,
  ])
})

test('passes for a lower severity, and without a vulnerability', () => {
  expect(judge(answer({ lib: weakness('moderate') })).isFailure).toBe(false)
  expect(judge(answer({})).isFailure).toBe(false)
})

test.each([
  [
    'refuses',
    JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405 }),
    /could not be asked.*405/,
  ],
  ['says nothing', '', /could not be asked/],
  ['is interrupted', '{"auditReportVersion": 2, "vuln', /could not be asked/],
])('reports that the registry %s, and passes', (_what, output, sentence) => {
  const { isFailure, sentences } = judge(output)
  expect(isFailure).toBe(false)
  expect(sentences.join()).toMatch(sentence)
})
