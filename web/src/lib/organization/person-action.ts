/** The actions on a person of an organization that need a confirmation, with their effects. */
import type { Action } from '#lib/action.ts'
import type { PersonFieldsFragment } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import { RemovePerson, UpdatePerson } from './person.ts'

interface Subject {
  organizationId: string
  person: PersonFieldsFragment
  /** The person is the one who looks. */
  isSelf: boolean
}

const keyOf = ({ organizationId, person }: Subject) => ({ organizationId, userId: person.id })

export const personActions: readonly Action<Subject>[] = [
  {
    label: 'Give the right to invite',
    consequence: 'They can invite, change and remove people of this organization.',
    done: 'may invite people now.',
    danger: false,
    applies: ({ person }) => !person.mayInvite,
    run: async (subject) =>
      (await write(UpdatePerson, { input: { ...keyOf(subject), mayInvite: true } })).refusal,
  },
  {
    label: 'Take away the right to invite',
    consequence: 'They still see the entities, and cannot invite, change or remove people any more.',
    done: 'may not invite people any more.',
    danger: false,
    applies: ({ person }) => person.mayInvite,
    run: async (subject) =>
      (await write(UpdatePerson, { input: { ...keyOf(subject), mayInvite: false } })).refusal,
  },
  {
    label: 'Remove person',
    consequence:
      'They cannot see the entities of this organization any more. The account stays. This cannot be undone, but the person can be invited again.',
    done: 'removed.',
    danger: true,
    applies: ({ isSelf }) => !isSelf,
    run: async (subject) => (await write(RemovePerson, { input: keyOf(subject) })).refusal,
  },
]
