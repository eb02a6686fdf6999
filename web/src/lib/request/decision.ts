/** The decisions of operators about a request, and what happens next after each. */
import type { RequestKind } from '#lib/gql/graphql.ts'
import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'

const ApproveRequest = mutation(`ApproveRequest { request { id } }`)
const ReturnRequest = mutation(`ReturnRequest { request { id } }`)
const RefuseRequest = mutation(`RefuseRequest { request { id } }`)

/** `version` is that of the request which the operator sees. */
type Decided = { id: string; version: number; text: string }

export interface Decision {
  label: string
  /** The button. */
  submit: string
  /** The confirmation afterwards. */
  done: string
  /** What happens next. */
  consequence: (kind: RequestKind) => string
  /** The text for the organization: its label, and its field in the API. */
  text: { label: string; field: 'message' | 'reason'; isRequired: boolean }
  /** What it does cannot be undone. */
  isFinal: (kind: RequestKind) => boolean
  /** It waits for an answer, which software does not give. */
  needsOrganization?: true
  run: (decided: Decided) => Promise<Refusal | undefined>
}

const approvals: Readonly<Record<RequestKind, string>> = {
  REGISTER:
    'The entity is fetched and checked again. If no check fails, it is registered for the organization, and its statement is published within seconds.',
  CHANGE:
    'The change is checked again. If no check fails, it is recorded. New keys are published in the statement within seconds.',
  TRUST_MARK: 'The Trust Mark is issued, and published within seconds.',
  WITHDRAW:
    'The entity disappears from every public endpoint, and its registration is deleted. Its Trust Marks are revoked. This cannot be undone.',
}

const decisions: readonly Decision[] = [
  {
    label: 'Approve',
    submit: 'Approve request',
    done: 'Request approved.',
    consequence: (kind) => approvals[kind],
    text: { label: 'Message to the organization', field: 'message', isRequired: false },
    isFinal: (kind) => kind === 'WITHDRAW',
    run: async ({ id, version, text }) =>
      (await write(ApproveRequest, { input: { id, version, message: text || null } })).refusal,
  },
  {
    label: 'Return',
    submit: 'Return request',
    done: 'Request returned.',
    consequence: () =>
      'The organization reads your message, and the request waits for its answer. Nothing is changed.',
    text: { label: 'Question or task for the organization', field: 'message', isRequired: true },
    isFinal: () => false,
    needsOrganization: true,
    run: async ({ id, version, text }) =>
      (await write(ReturnRequest, { input: { id, version, message: text } })).refusal,
  },
  {
    label: 'Refuse',
    submit: 'Refuse request',
    done: 'Request refused.',
    consequence: () =>
      'The organization reads your reason, and the request is closed. Nothing is changed. The organization can submit another one.',
    text: { label: 'Reason', field: 'reason', isRequired: true },
    isFinal: () => true,
    run: async ({ id, version, text }) =>
      (await write(RefuseRequest, { input: { id, version, reason: text } })).refusal,
  },
]

export const decisionsFor = ({ organizationName }: { organizationName: string | null }) =>
  decisions.filter(({ needsOrganization }) => !needsOrganization || organizationName !== null)
