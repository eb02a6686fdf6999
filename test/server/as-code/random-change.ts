/** Random changes of a file that describes an anchor with three members, two marks and an organization. */
import fc from 'fast-check'
import type { Described } from './configured.ts'

const anyMember = fc.nat({ max: 2 })
const tags = fc.uniqueArray(fc.constantFrom('pilot', 'health', 'research'), { maxLength: 3 })
export const set = (
  item: Record<string, unknown> | undefined,
  name: string,
  value: unknown,
  standard: unknown,
) => {
  if (!item) return
  if (JSON.stringify(value) === JSON.stringify(standard)) delete item[name]
  else item[name] = value
}
/** A change of a described anchor, in the form in which it is exported. */
export const change: fc.Arbitrary<(file: Described) => void> = fc.oneof(
  fc
    .constantFrom('Federation', 'Another name')
    .map((name) => (file: Described) => set(file.settings, 'displayName', name, null)),
  fc
    .integer({ min: 24, max: 300 })
    .map((hours) => (file: Described) => set(file.settings, 'statementHours', hours, 168)),
  fc
    .constantFrom({}, { openid_relying_party: { client_name: { essential: false } } })
    .map((policy) => (file: Described) => {
      file.metadataPolicy = policy
    }),
  fc.tuple(anyMember, tags).map(
    ([at, list]) =>
      (file: Described) =>
        set(file.members?.[at], 'tags', list, []),
  ),
  fc.tuple(anyMember, fc.boolean()).map(
    ([at, active]) =>
      (file: Described) =>
        set(file.members?.[at], 'active', active, true),
  ),
  fc.tuple(anyMember, fc.constantFrom('University', null)).map(
    ([at, name]) =>
      (file: Described) =>
        set(file.members?.[at], 'organization', name, null),
  ),
  fc.tuple(anyMember, fc.constantFrom(null, 24, 48)).map(
    ([at, hours]) =>
      (file: Described) =>
        set(file.members?.[at], 'validFor', hours, null),
  ),
  fc
    .tuple(
      anyMember,
      fc.constantFrom(null, { openid_relying_party: { contacts: { default: ['a@example.org'] } } }),
    )
    .map(
      ([at, policy]) =>
        (file: Described) =>
          set(file.members?.[at], 'metadataPolicy', policy, null),
    ),
  fc.constantFrom('SE', 'NO', null).map(
    (country) => (file: Described) =>
      set(
        file.organizations?.find(({ name }) => name === 'University'),
        'country',
        country,
        null,
      ),
  ),
  fc
    .tuple(fc.boolean(), fc.constantFrom('30 3 1 1 *', '30 4 1 1 *'))
    .map(([enabled, cron]) => (file: Described) => {
      const schedule = file.schedules?.find(({ name }) => name === 'prune')
      set(schedule, 'enabled', enabled, true)
      set(schedule, 'cron', cron, null)
    }),
  fc
    .integer({ min: 100, max: 9000 })
    .map((hours) => (file: Described) => set(file.trustMarkTypes?.[0], 'validFor', hours, 8760)),
  fc.tuple(fc.nat({ max: 1 }), fc.integer({ min: 100, max: 9000 })).map(
    ([at, hours]) =>
      (file: Described) =>
        set(file.trustMarks?.[at], 'validFor', hours, 0),
  ),
)
