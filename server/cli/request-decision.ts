/** `inmor request approve` and its siblings: what operators do with a request. */
import { type Command, Option } from 'commander'
import type { Request } from '#prisma/generated/client/client.ts'
import { commandAboutNumber } from '#server/cli/about-one.ts'
import { versionOption } from '#server/cli/fields.ts'
import { type AnchorOptions, withAnchor } from '#server/cli/opened.ts'
import { print } from '#server/cli/output.ts'
import { waitUntilPublished } from '#server/cli/publication.ts'
import { openRequests } from '#server/cli/request-services.ts'
import { wordOf } from '#server/cli/word.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { RequestService } from '#server/services/request/requests.ts'

type Answer = { id: number; version: number | undefined; text: string | undefined }

type Decision = {
  name: string
  description: string
  /** The option with the text that the organization reads. */
  text: { name: 'message' | 'reason' | 'text'; description: string; isRequired: boolean }
  action: AuditAction
  decide(requests: RequestService, caller: Caller, answer: Answer): Promise<Request>
  /** Before what was asked. */
  done: string
}

const decisions: readonly Decision[] = [
  {
    name: 'approve',
    description: 'check the entity again, and execute what the request asks for',
    text: { name: 'message', description: 'a message to the organization', isRequired: false },
    action: 'approveRequest',
    decide: (requests, caller, answer) => requests.approve(caller, answer),
    done: 'Approved',
  },
  {
    name: 'refuse',
    description: 'refuse a request; nothing of it is executed',
    text: { name: 'reason', description: 'the reason, which the organization reads', isRequired: true },
    action: 'refuseRequest',
    decide: (requests, caller, answer) => requests.refuse(caller, answer),
    done: 'Refused',
  },
  {
    name: 'return',
    description: 'ask the organization for something; the request waits for its answer',
    text: { name: 'message', description: 'what it shall do or answer', isRequired: true },
    action: 'returnRequest',
    decide: (requests, caller, answer) => requests.returnToMember(caller, answer),
    done: 'Returned',
  },
  {
    name: 'comment',
    description: 'add a comment to a request',
    text: { name: 'text', description: 'the comment, which the organization reads', isRequired: true },
    action: 'commentRequest',
    decide: (requests, caller, answer) => requests.comment(caller, { ...answer, byMember: false }),
    done: 'Commented on',
  },
]

type DecisionOptions = AnchorOptions & {
  ifVersion?: number
  message?: string
  reason?: string
  text?: string
}

/** Takes one step. After an approval it waits until everything is published. */
async function perform(
  { action, decide, done, text }: Decision,
  id: number,
  options: DecisionOptions,
): Promise<void> {
  const answer = { id, version: options.ifVersion, text: options[text.name] }
  const { request, isPublished } = await withAnchor(
    options,
    async (anchor) => {
      const { requests, close } = await openRequests(anchor)
      try {
        const request = await decide(requests, anchor.caller, answer)
        const isExecuted = request.state === 'APPROVED'
        return { request, isPublished: isExecuted ? await waitUntilPublished(anchor) : null }
      } finally {
        await close()
      }
    },
    { action, input: { id: String(id) } },
  )
  const { state, version, kind, entityId } = request
  const lines = [`${done} request ${id}: ${wordOf(kind)} ${entityId}.`]
  if (isPublished !== null)
    lines.push(isPublished ? 'It is published.' : 'The server publishes it when it starts.')
  print(options, { id, state, version, isPublished }, lines.join('\n'))
}

function decisionCommand(decision: Decision): Command {
  const { name, description, text } = decision
  const option = new Option(`--${text.name} <text>`, text.description)
  return commandAboutNumber(name, description)
    .addOption(option.makeOptionMandatory(text.isRequired))
    .addOption(versionOption())
    .action((id: number, options: DecisionOptions) => perform(decision, id, options))
}

export const decisionCommands = decisions.map(decisionCommand)
