/** Announced mirrors, and the mutations that announce and remove one. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'
import { MAX_MIRRORS } from '#server/services/mirror/mirrors.ts'
import type { MirrorState } from '#server/services/mirror/state.ts'

const { InvalidInputError, ConflictError, NotFoundError, UnavailableError } = failures

const MirrorStateEnum = builder.enumType('MirrorState', {
  description: 'How a mirror was found.',
  values: {
    CURRENT: { description: 'Its files are those that this installation signed in the last five minutes.' },
    BEHIND: { description: 'Its files are older than five minutes.' },
    UNREACHABLE: { description: 'Its manifest could not be fetched.' },
    DIFFERS: {
      description:
        'Its manifest is signed by this anchor, and is none that this installation signed, or another mirror has other files under the same number.',
    },
    FOREIGN: {
      description:
        'What it has is no manifest, or one of another anchor, or one that no key of this anchor signed.',
    },
  } satisfies Record<MirrorState, { description: string }>,
})

export const MirrorRef = builder.prismaNode('Mirror', {
  nullable: true,
  id: { field: 'id' },
  description: 'A server that answers with copies of the exported files. It is looked at every five minutes.',
  authScopes: { read: true },
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where it is.' }),
    description: t.exposeString('description', { nullable: true, description: 'Whose it is, or what for.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was announced.' }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it was looked at last.' }),
    state: t.field({
      type: MirrorStateEnum,
      description: 'How it was found then. That it differs stays until it is found otherwise.',
      resolve: ({ state }) => state as MirrorState, // of the service
    }),
    since: t.expose('since', { type: 'DateTime' }),
    problem: t.exposeString('problem', { nullable: true }),
    number: t.float({
      nullable: true,
      description: 'The number of its manifest; null: none of this anchor was found.',
      resolve: ({ number }) => (number === null ? null : Number(number)),
    }),
    signedAt: t.expose('signedAt', { type: 'DateTime', nullable: true }),
    root: t.exposeString('root', { nullable: true }),
  }),
})

builder.queryField('mirrors', (t) =>
  t.field({
    type: [MirrorRef],
    description: `The announced mirrors, at most ${MAX_MIRRORS}, in the order of their announcement.`,
    authScopes: { read: true },
    resolve: (_root, _args, { services }) => services.mirrors.list(),
  }),
)

operation('announceMirror', {
  describes: `Looks at a mirror now, and from then on every five minutes. There are at most ${MAX_MIRRORS}.`,
  scope: 'administer',
  input: {
    describes: 'A mirror to look at.',
    fields: (t) => ({
      url: t.field({
        type: 'URL',
        required: true,
        description: 'Where it is: an https URL of a public address, as `inmor mirror` takes it.',
      }),
      description: t.string({ description: 'Whose it is, or what for, at most 200 characters.' }),
    }),
  },
  result: MirrorRef,
  errors: [InvalidInputError, ConflictError, UnavailableError],
  run: (input, { services, caller }) => services.mirrors.announce(caller, input),
})

operation('removeMirror', {
  describes: 'Looks at a mirror no longer. The mirror itself stays as it is.',
  scope: 'administer',
  input: byId('mirror'),
  result: ['ID'],
  noun: 'ids',
  errors: [NotFoundError, ConflictError],
  async run(input, context) {
    const id = nodeId(input.id, 'Mirror')
    await context.services.mirrors.remove(context.caller, id)
    return [encodeNodeId('Mirror', id, context.anchor)]
  },
})
