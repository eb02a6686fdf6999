/** Tests that one table has the fields of a subordinate: each part that takes them has all of them. */
import { isInputObjectType } from 'graphql'
import { expect, it } from 'vitest'
import { subordinateFields as formFields } from '#lib/subordinate/draft.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import { changeFields } from '#server/plan/source/selection.ts'
import { schema } from '#server/schema/index.ts'
import { publishedOfSubordinate } from '#server/services/protection/published-fields.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import { unpublishedFields } from '#server/services/subordinate/unpublished.ts'

const names = Object.keys(subordinateFields)
const without = (...left: string[]) => names.filter((name) => !left.includes(name)).toSorted()

function namesOf(input: string): string[] {
  const type = schema.getType(input)
  return isInputObjectType(type) ? Object.keys(type.getFields()) : []
}
const others = ['id', 'entityId', 'version', 'active', 'anchor']
const ownOf = (input: string) =>
  namesOf(input)
    .filter((name) => !others.includes(name))
    .toSorted()

it('is what the mutations take', () => {
  expect(ownOf('RegisterSubordinateInput')).toEqual(names.toSorted())
  expect(ownOf('UpdateSubordinateInput')).toEqual(names.toSorted())
  expect(ownOf('StatementChangesInput')).toEqual(
    without('metadata', 'autorenew', ...Object.keys(unpublishedFields)),
  )
  expect(ownOf('SubordinateSettingsInput')).toEqual(Object.keys(changeFields).toSorted())
})

it('is what a change of many takes, with tags to add and to remove, and without keys and metadata', () => {
  const tags = ['addTags', 'removeTags']
  const own = without('metadata', 'jwks', 'note', 'tags')
  expect(Object.keys(changeFields).toSorted()).toEqual([...own, ...tags].toSorted())
})

it('is what the console edits', () => {
  expect(Object.keys(formFields).toSorted()).toEqual(without('metadata'))
})

it('has a column for each field', () => {
  expect(Object.keys(Prisma.SubordinateScalarFieldEnum)).toEqual(expect.arrayContaining(names))
})

it('decides what a second person must approve', () => {
  const own = without(...Object.keys(unpublishedFields))
  expect(publishedOfSubordinate.toSorted()).toEqual([...own, 'active', 'metadataFollowsEntity'].toSorted())
})
