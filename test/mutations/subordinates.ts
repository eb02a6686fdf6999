/** Registering entities and what is said about them. */
import { testsIn } from '#test/requirements/requirement.ts'
import { audited, type MutationCases, unknownId } from './mutation.ts'

const subordinate = testsIn('server/subordinate/subordinate')
const update = testsIn('server/subordinate/update')
const refused = testsIn('server/subordinate/registration-refusals')

const takenOff = subordinate('takes a deactivated subordinate off every endpoint and a reactivated one back')

export const subordinates: readonly MutationCases[] = [
  {
    mutation: 'registerSubordinate',
    success: subordinate('publishes a statement with the declared keys and the defaults of the federation'),
    failures: {
      InvalidInputError: refused('names %s when it is %j', 'validFor'),
      ConflictError: refused('refuses an entity that is registered already'),
      EntityRejectedError: refused('is refused for: %s', 'wrong signature'),
    },
    audit: audited('registerSubordinate'),
  },
  {
    mutation: 'updateSubordinate',
    success: subordinate('keeps what is absent and clears what is null'),
    failures: {
      InvalidInputError: update('names %s when it is %j, and changes nothing', 'validFor'),
      ConflictError: subordinate(
        'refuses a change of a version that is no longer the present one, and changes nothing',
      ),
      NotFoundError: unknownId('updateSubordinate'),
      EntityRejectedError: update('refuses %s with which the entity would not stand', 'jwks'),
    },
    audit: audited('updateSubordinate'),
  },
  {
    mutation: 'renewSubordinate',
    success: subordinate('takes over changed metadata and a new key that the old one announces'),
    failures: {
      ConflictError: subordinate('gives way to keys that an operator registers while the entity is asked'),
      NotFoundError: unknownId('renewSubordinate'),
      EntityRejectedError: subordinate(
        'refuses a key that was swapped and keeps serving the statement before',
      ),
    },
    audit: audited('renewSubordinate'),
  },
  {
    mutation: 'deactivateSubordinate',
    success: takenOff,
    failures: { NotFoundError: unknownId('deactivateSubordinate') },
    audit: audited('deactivateSubordinate'),
  },
  {
    mutation: 'reactivateSubordinate',
    success: takenOff,
    failures: { NotFoundError: unknownId('reactivateSubordinate') },
    audit: audited('reactivateSubordinate'),
  },
  {
    mutation: 'removeSubordinate',
    success: subordinate('forgets a removed subordinate, which may be registered again'),
    failures: { NotFoundError: unknownId('removeSubordinate') },
    audit: audited('removeSubordinate'),
  },
]
