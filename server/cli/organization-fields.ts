/** The options of `inmor organization create` and `update`, one for each field. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { asGiven, collect } from '#server/cli/parse.ts'
import { byWord } from '#server/cli/word.ts'
import { contactRoles, type OrganizationInput } from '#server/services/organization/input.ts'

/** The fields by the names of their options. */
export type FieldOptions = {
  name?: string
  identifier?: string
  scheme?: string
  country?: string
  contact?: Contacts
  note?: string
  tag?: string[]
  active?: boolean
}

type Contacts = NonNullable<OrganizationInput['contacts']>

const roles = byWord(contactRoles)

/** Gives a command the options of all fields but the name. */
export function withFields(command: Command): Command {
  return command
    .option('--identifier <text>', 'its number in a register; needs --scheme')
    .option('--scheme <text>', 'the register that assigned the identifier')
    .option('--country <code>', 'its country, as the two letters of ISO 3166-1')
    .addOption(
      new Option(
        '--contact <role:email[:name]>',
        `a contact, ${[...roles.keys()].join(', ')}; give it again for another one`,
      ).argParser(collect(parseContact)),
    )
    .option('--note <text>', 'a note of the operators')
    .addOption(
      new Option('--tag <tag>', 'a tag of the operators; give it again for another one').argParser(
        collect(asGiven),
      ),
    )
    .option('--active', 'it takes part in the federation')
    .option('--no-active', 'it does not take part: its people can request nothing')
}

/** The addresses and names are checked by the service. */
function parseContact(given: string): Contacts[number] {
  const [, word = '', email = '', name] = /^([^:]*):([^:]*)(?::(.*))?$/s.exec(given) ?? []
  const role = roles.get(word.trim().toLowerCase())
  if (role && email) return { role, email, name }
  throw new InvalidArgumentError(
    `Enter role:email or role:email:name. The role is one of ${[...roles.keys()].join(', ')}.`,
  )
}

/** Each option, and its field. */
export const fieldOf = {
  name: 'name',
  identifier: 'identifier',
  scheme: 'identifierScheme',
  country: 'country',
  contact: 'contacts',
  note: 'note',
  tag: 'tags',
  active: 'active',
} as const satisfies Record<keyof FieldOptions, keyof OrganizationInput>

export const resettable = Object.keys(fieldOf).filter((name) => name !== 'name')
