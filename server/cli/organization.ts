/** `inmor organization`: organizations, whose entities are members. */
import { Command } from 'commander'
import { commandAboutNumber } from '#server/cli/about-one.ts'
import { changesOf, fieldsOf, resetOption, versionOption } from '#server/cli/fields.ts'
import { type AnchorOptions, aboutAnchor, withAnchor } from '#server/cli/opened.ts'
import { type FieldOptions, fieldOf, resettable, withFields } from '#server/cli/organization-fields.ts'
import { peopleCommands } from '#server/cli/organization-people.ts'
import { describeOrganization, organizationView } from '#server/cli/organization-view.ts'
import { command, lineOf, listText, print } from '#server/cli/output.ts'
import { anchorDatabase, chooseAnchor, listAnchors, type OpenAnchor } from '#server/process/open-anchor.ts'
import { organizationCondition } from '#server/services/organization/filter.ts'
import { createOrganizationService } from '#server/services/organization/organizations.ts'
import { createWriter } from '#server/services/write.ts'

const organizationsOf = ({ db, slug }: Pick<OpenAnchor, 'db' | 'slug'>) =>
  createOrganizationService({ db, slug, write: createWriter(db) })

const list = command('list', 'list the organizations of the anchor, by name')
  .option('--search <words>', 'only those that have each word in name, identifier, contacts, note or tags')
  .action(async ({ search, ...options }: AnchorOptions & { search?: string }) => {
    const found = await withAnchor(options, (anchor) =>
      anchor.db.organization.findMany({
        ...organizationView,
        where: organizationCondition({ search }),
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
      }),
    )
    const shown = found.map(describeOrganization)
    const lines = shown.map(({ value: { id, name, country, active, members } }) =>
      lineOf(id, name, country, active ? 'active' : 'inactive', `${members} members`),
    )
    print(
      options,
      shown.map(({ value }) => value),
      listText(lines, 'organization'),
    )
  })

const show = commandAboutNumber('show', 'show an organization').action(
  async (id: number, options: AnchorOptions) => {
    const { value, text } = await withAnchor(options, (anchor) => read(anchor, id))
    print(options, value, text)
  },
)

async function read(anchor: OpenAnchor, id: number) {
  await organizationsOf(anchor).find(id)
  const row = await anchor.db.organization.findUniqueOrThrow({ ...organizationView, where: { id } })
  return describeOrganization(row)
}

const create = withFields(command('create', 'create an organization in the anchor'))
  .requiredOption('--name <name>', 'its name')
  .action(async (options: AnchorOptions & FieldOptions & { name: string }) => {
    const { name } = options
    const { value } = await withAnchor(
      options,
      async (anchor) => {
        const input = { ...fieldsOf(options, fieldOf), name }
        const { id } = await organizationsOf(anchor).create(anchor.caller, input)
        return read(anchor, id)
      },
      { action: 'createOrganization', input: { name } },
    )
    print(options, value, `Created organization ${value.id}, ${value.name}.`)
  })

type UpdateOptions = AnchorOptions & FieldOptions & { reset?: string[]; ifVersion?: number }

const update = withFields(
  commandAboutNumber('update', 'change an organization, for every anchor that admits it'),
)
  .option('--name <name>', 'its name')
  .addOption(resetOption(resettable))
  .addOption(versionOption())
  .action(async (id: number, options: UpdateOptions) => {
    const input = { ...changesOf(options, fieldOf), id, version: options.ifVersion }
    const { value } = await withAnchor(
      options,
      async (anchor) => {
        await organizationsOf(anchor).update(anchor.caller, input)
        return read(anchor, id)
      },
      { action: 'updateOrganization', input: { id: String(id) } },
    )
    print(options, value, `Changed organization ${id}, ${value.name}. It has version ${value.version}.`)
  })

const remove = commandAboutNumber('remove', 'remove an organization without members from the anchor').action(
  async (id: number, options: AnchorOptions) => {
    const name = await withAnchor(options, (opened) => organizationsOf(opened).remove(opened.caller, id), {
      action: 'removeOrganization',
      input: { id: String(id) },
    })
    print(options, { id, name }, `Removed ${name}.`)
  },
)

const admit = commandAboutNumber('admit', 'admit an organization of the anchor to another one')
  .requiredOption('--to <anchor>', 'the other anchor, by slug or Entity Identifier')
  .action(async (id: number, options: AnchorOptions & { to: string }) => {
    const admitted = await withAnchor(options, (opened) => admitTo(opened, id, options.to), {
      action: 'admitOrganization',
      input: { id: String(id) },
    })
    print(options, { id, ...admitted }, `Admitted ${admitted.name} to ${admitted.to}.`)
  })

async function admitTo(anchor: OpenAnchor, id: number, name: string): Promise<{ name: string; to: string }> {
  await organizationsOf(anchor).find(id)
  const installation = { ...anchor, db: anchor.installation }
  const { slug } = chooseAnchor(await listAnchors(installation), name)
  const db = anchorDatabase(installation, slug)
  try {
    const admitted = await organizationsOf({ db, slug }).admit(anchor.caller, id)
    return { name: admitted.name, to: slug }
  } finally {
    await db.$disconnect()
  }
}

export const organizationCommand = new Command('organization').description(
  'manage organizations and their people',
)
for (const each of [list, show, create, update, remove, admit, ...peopleCommands])
  organizationCommand.addCommand(aboutAnchor(each))
