/** The actions on a person of an organization that need a confirmation, with their effects. */
import type { PersonFieldsFragment } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'
import { RemoveMember, UpdateMember } from './person.ts'

interface PersonAction {
  label: string
  consequence: string
  done: string
  danger: boolean
  /** `isSelf`: the person is the one who looks. */
  applies: (person: PersonFieldsFragment, isSelf: boolean) => boolean
  run: (person: { organizationId: string; userId: string }) => Promise<Refusal | undefined>
}

export const personActions: readonly PersonAction[] = [
  {
    label: 'Give the right to invite',
    consequence: 'They can invite, change and remove people of this organization.',
    done: 'may invite people now.',
    danger: false,
    applies: ({ mayInvite }) => !mayInvite,
    run: async (person) => (await write(UpdateMember, { input: { ...person, mayInvite: true } })).refusal,
  },
  {
    label: 'Take away the right to invite',
    consequence: 'They still see the entities, and cannot invite, change or remove people any more.',
    done: 'may not invite people any more.',
    danger: false,
    applies: ({ mayInvite }) => mayInvite,
    run: async (person) => (await write(UpdateMember, { input: { ...person, mayInvite: false } })).refusal,
  },
  {
    label: 'Remove person',
    consequence:
      'They cannot see the entities of this organization any more. The account stays. This cannot be undone, but the person can be invited again.',
    done: 'removed.',
    danger: true,
    applies: (_person, isSelf) => !isSelf,
    run: async (person) => (await write(RemoveMember, { input: person })).refusal,
  },
]
