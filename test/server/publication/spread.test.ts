/** Tests how the ends of what is signed are spread by its subject. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spreadLife, validityOf } from '#server/publish/spread.ts'

/** The same inputs in each run. */
const seed = 20_261_202
const HOUR = 3600

const subject = fc.webUrl({ withFragments: false })
const hours = (min: number, max: number) => fc.integer({ min, max })

describe('the life of what is signed', () => {
  it('is the validity, or up to a tenth less, and always the same for a subject', () => {
    fc.assert(
      fc.property(subject, hours(1, 43_800), (sub, validity) => {
        const life = spreadLife(sub, validity * HOUR)
        expect(life).toBeLessThanOrEqual(validity * HOUR)
        expect(life).toBeGreaterThan(validity * HOUR * 0.9)
        expect(spreadLife(sub, validity * HOUR)).toBe(life)
        expect(Number.isInteger(life)).toBe(true)
      }),
      { seed },
    )
  })

  it('has the ends of a mass signature in every part of the last tenth', () => {
    const subjects = Array.from({ length: 20_000 }, (_, at) => `https://rp${at}.example.org`)
    const parts = Array.from({ length: 20 }, () => 0)
    for (const sub of subjects) {
      const early = 168 * HOUR - spreadLife(sub, 168 * HOUR)
      const part = Math.floor((early / (16.8 * HOUR)) * 20)
      parts[part] = (parts[part] ?? 0) + 1
    }
    // A thousand are expected in each; six standard deviations are 185.
    for (const count of parts) expect(Math.abs(count - 1000)).toBeLessThan(185)
  })

  it('tells the validity that it comes from', () => {
    fc.assert(
      fc.property(subject, hours(1, 43_800), (sub, validity) => {
        const life = spreadLife(sub, validity * HOUR)
        fc.pre(life % HOUR !== 0)
        expect(validityOf(sub, life)).toBe(validity)
      }),
      { seed },
    )
  })

  it.each([
    ['of whole hours, as of an earlier version', 'https://rp.example.org', 168 * HOUR, 168],
    ['that is about whole hours', 'https://rp.example.org', 24.25 * HOUR, 24],
    ['of some seconds', 'https://rp.example.org', 10, 1],
    ['without a subject', undefined, 100.4 * HOUR, 100],
  ])('is taken as it is %s', (_title, sub, life, validity) => {
    expect(validityOf(sub, life)).toBe(validity)
  })
})
