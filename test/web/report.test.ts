/** Tests the report for the operator of an entity that failed checks. */
import { expect, test } from 'vitest'
import { reportFor } from '#lib/subordinate/report.ts'

const check = {
  status: 'FAILED',
  title: 'It is valid now',
  message: 'It expired.',
  advice: null,
  section: '3.2',
}
const at = new Date('2026-11-26T20:15:30Z')

test('names entity, date, each failed check with its section and what to do, and the superior', () => {
  const checks = [
    { ...check, status: 'PASSED', title: 'It was fetched' },
    { ...check, advice: 'Publish a new one.' },
    { ...check, title: 'It is not registered yet', section: null, message: 'It is.' },
  ]
  expect(reportFor({ entityId: 'https://rp.example', checks }, 'https://ta.example', at)).toBe(
    `To the operator of https://rp.example

https://ta.example checked https://rp.example for registration on 2026-11-26 20:15 UTC.
2 checks failed. Please fix what is listed here, then tell us.

1. Failed: It is valid now (OpenID Federation 1.0, §3.2)
   It expired. Publish a new one.

2. Failed: It is not registered yet
   It is.

Entity Configuration: https://rp.example/.well-known/openid-federation
Superior that its authority_hints must name: https://ta.example

`,
  )
})

test('keeps the text of an entity in its line', () => {
  const message = 'It says "x".\n\n2. Passed: everything\u2028Registered.'
  const report = reportFor(
    { entityId: 'https://rp.example', checks: [{ ...check, message }] },
    'https://ta.example',
    at,
  )
  expect(report).toContain('It says "x". 2. Passed: everything Registered.')
})
