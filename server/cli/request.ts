/** `inmor request`: requests of organizations. Members submit them in the portal, and operators decide them here. */
import { Command } from 'commander'
import { commandAboutNumber } from '#server/cli/about-one.ts'
import { type AnchorOptions, aboutAnchor, withAnchor } from '#server/cli/opened.ts'
import { command, lineOf, listText, print } from '#server/cli/output.ts'
import { decisionCommands } from '#server/cli/request-decision.ts'
import { describeRequest, requestView } from '#server/cli/request-view.ts'
import { wordOf, wordOption } from '#server/cli/word.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { requestCondition } from '#server/services/request/filter.ts'
import {
  type RequestKind,
  type RequestState,
  requestKinds,
  requestStates,
} from '#server/services/request/input.ts'

type ListOptions = AnchorOptions & { state?: RequestState; kind?: RequestKind; entity?: string; open?: true }

const list = command('list', 'list the requests to the anchor, the oldest first')
  .addOption(wordOption('--state <state>', 'only those in this state', requestStates))
  .addOption(wordOption('--kind <kind>', 'only those of this kind', requestKinds))
  .option('--entity <entity>', 'only those about this Entity Identifier')
  .option('--open', 'only those that wait for an operator or for the organization')
  .action(async ({ state, kind, entity, open, ...options }: ListOptions) => {
    const found = await withAnchor(options, ({ db }) =>
      db.request.findMany({
        where: requestCondition({ state, kind, entityId: entity, isOpen: open }),
        orderBy: [{ submittedAt: 'asc' }, { id: 'asc' }],
        omit: { changes: true, declared: true, checks: true, approvalChecks: true, acceptedTerms: true },
        include: { organization: requestView.include.organization },
      }),
    )
    const lines = found.map(({ id, state, kind, entityId, organization, submittedAt }) =>
      lineOf(id, wordOf(state), wordOf(kind), entityId, organization?.name ?? null, submittedAt),
    )
    print(options, found, listText(lines, 'request'))
  })

const show = commandAboutNumber('show', 'show a request with its checks and comments').action(
  async (id: number, options: AnchorOptions) => {
    const found = await withAnchor(options, async ({ db }) => {
      const row = await db.request.findUnique({ ...requestView, where: { id } })
      if (!row) throw new NotFoundError('There is no such request.', 'id')
      return row
    })
    print(options, found, describeRequest(found))
  },
)

export const requestCommand = new Command('request').description('decide requests of organizations')
for (const each of [list, show, ...decisionCommands]) requestCommand.addCommand(aboutAnchor(each))
