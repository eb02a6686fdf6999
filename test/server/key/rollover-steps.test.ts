/** Tests which steps a scheduled rollover has ahead, and the months after which a key is replaced. */
import { describe, expect, it } from 'vitest'
import { giveNotice, planSteps } from '#server/services/signing-key/rollover/notice.ts'
import { addMonths, findSteps, type KeyInUse } from '#server/services/signing-key/rollover/steps.ts'

const now = new Date('2026-06-15T12:00:00Z')
const day = (count: number) => new Date(now.getTime() + count * 86_400_000)
const none = {
  statements: 0,
  statementsUntil: null,
  trustMarks: 0,
  trustMarksUntil: null,
  replacedTrustMarks: 0,
  neededUntil: null,
}

function key(kid: string, state: KeyInUse['state'], more: Partial<KeyInUse> = {}): KeyInUse {
  return {
    kid,
    state,
    row: null,
    store: state === 'PUBLISHED' ? null : 'files',
    usableFrom: null,
    superiorFaults: [],
    ...more,
  }
}
const plan = { months: 12, store: 'files' } as const
const names = (keys: KeyInUse[]) => findSteps(keys, plan, now).map(({ step, kid }) => `${step} ${kid}`)

describe('addMonths', () => {
  it.each([
    ['2026-01-31T10:00:00Z', 1, '2026-02-28T10:00:00Z'],
    ['2027-12-31T10:00:00Z', 2, '2028-02-29T10:00:00Z'],
    ['2026-11-30T10:00:00Z', 12, '2027-11-30T10:00:00Z'],
    ['2026-03-15T23:59:59Z', 60, '2031-03-15T23:59:59Z'],
  ])('%s and %i months are %s', (from, months, to) => {
    expect(addMonths(new Date(from), months)).toEqual(new Date(to))
  })
})

describe('the steps', () => {
  it('follow from the keys alone', () => {
    const current = key('a', 'CURRENT')
    const marked = { ...none, trustMarks: 2, neededUntil: day(9) }
    expect(names([current])).toEqual(['ANNOUNCE a'])
    expect(names([current, key('b', 'ANNOUNCED')])).toEqual(['SWITCH b'])
    expect(names([current, key('z', 'PUBLISHED', { use: none })])).toEqual(['RETIRE z', 'ANNOUNCE a'])
    expect(names([current, key('b', 'ANNOUNCED'), key('z', 'PUBLISHED', { use: marked })])).toEqual([
      'REISSUE a',
      'RETIRE z',
      'SWITCH b',
    ])
  })

  it('do not replace a key whose age is not known yet', () => {
    expect(findSteps([key('a', 'CURRENT')], { ...plan, months: 1 }, now)).toMatchObject([
      { safeAt: addMonths(now, 1) },
    ])
  })

  it('do not retire a key that published data needs, nor one that caches need', () => {
    const retire = (use: KeyInUse['use'] & object) =>
      findSteps([key('z', 'PUBLISHED', { use })], plan, now).find(({ step }) => step === 'RETIRE')?.obstacle
    expect(retire(none)).toBeNull()
    expect(retire({ ...none, neededUntil: day(1) })).toMatch(/caches may hold signatures/)
    expect(retire({ ...none, statements: 1, neededUntil: day(1) })).toMatch(/^Published statements/)
    expect(retire({ ...none, trustMarks: 1 })).toMatch(/^Published statements/)
  })
})

describe('a notice', () => {
  const announced = key('b', 'ANNOUNCED', { superiorFaults: ['Ask the superior.'] })
  const steps = findSteps([key('a', 'CURRENT'), announced], plan, now)

  it('is kept while its step is near, and given once', () => {
    const given = giveNotice(steps, [], 7, now)
    expect(given).toEqual([{ step: 'SWITCH', kid: 'b', noticedAt: now }])
    expect(giveNotice(steps, given, 7, day(3))).toEqual(given)
    expect(giveNotice(findSteps([key('a', 'CURRENT')], plan, now), given, 7, now)).toEqual([])
  })

  it('ends before its step, which has no time while it is not known to be safe', () => {
    const [next] = planSteps(steps, [{ step: 'SWITCH', kid: 'b', noticedAt: now }], 7, now)
    expect(next).toMatchObject({ at: null, dueAt: day(7) })
    expect(next?.waitsFor).toMatch(/is not in the published Entity Configuration yet. Ask the superior\.$/)
  })

  it('delays the re-signing of Trust Marks that could not be signed by a week', () => {
    const marked = key('z', 'PUBLISHED', { use: { ...none, trustMarks: 1, neededUntil: day(30) } })
    const possible = findSteps([key('a', 'CURRENT'), marked], plan, now)
    const at = (noticedAt: Date) =>
      planSteps(possible, [{ step: 'REISSUE', kid: 'a', noticedAt }], 0, now).find(
        ({ step }) => step === 'REISSUE',
      )
    expect(planSteps(possible, [], 0, now)[0]).toMatchObject({ step: 'REISSUE', waitsFor: null })
    expect(at(day(-1))).toMatchObject({ at: day(6), waitsFor: expect.stringContaining('signed again on') })
    expect(at(day(-7))).toMatchObject({ waitsFor: null })
  })
})
