/**
 * Verifies the approvals in the audit log: each has the signature of a passkey that the log registered, over the change that
 * was asked for, and names people who are or were users.
 */
import { z } from 'zod'
import type { AuditEvent } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { hashOfContent } from '#server/services/protection/content.ts'
import { passkeyProof, verifyProof } from '#server/services/protection/passkey-proof.ts'

/** Who approved what, with which key. */
export type VerifiedApproval = {
  /** The id of the audit entry, and of the approval. */
  entry: number
  id: string
  at: Date
  mutation: string
  requestedBy: string
  approvedBy: string
  /** The passkey: base64url. */
  credentialId: string
  /** When the log says that it was registered; null: before the first entry that is kept. */
  registeredAt: Date | null
  /** The other administrator who confirmed it before; null: no one. */
  confirmedBy: string | null
}

const asked = z.object({
  mutation: z.string(),
  requestedBy: z.string(),
  keyCreatedBy: z.string().nullable(),
})
const signature = z.object({
  hash: z.string(),
  passkey: passkeyProof,
  // Absent: an earlier version, which asked for no age.
  passkeyHours: z.number().nullish(),
})
type Signed = z.infer<typeof signature>
const decision = signature.extend({ approvedBy: z.string() })
const registration = z.object({ credentialId: z.string(), publicKey: z.string() })

const confirmation = z.object({ credentialId: z.string() })

type Registration = { actor: string; publicKey: string; at: Date }

const HOUR_MS = 3_600_000
/** Between the registration and its entry. */
const TOLERANCE_MS = 60_000

type Deps = Pick<Transaction, 'user' | 'auditEvent' | 'passkey'>

/**
 * Reads all entries in their order. `isWhole`: no older entry was deleted. `faultOf`: a sentence about the entry; null:
 * nothing is wrong with it.
 */
export function createApprovalVerification(db: Deps, { isWhole }: { isWhole: boolean }) {
  const approvals: VerifiedApproval[] = []
  const known = new Set<string>()
  /** The time of the first entry. */
  let begins: Date | null = null
  /** Those who registered a passkey of which earlier versions did not keep the key. */
  const unnamed = new Set<string>()
  const registrations = new Map<string, Registration>()
  /** Who confirmed a passkey. */
  const confirmations = new Map<string, string[]>()

  /** What is wrong with a signature over the content, to complete the name of the entry; null: nothing. */
  async function faultOfSignature(
    event: AuditEvent,
    { hash, passkey, passkeyHours }: Signed,
    confirmedBy: string | null,
  ): Promise<string | null> {
    if (hash !== hashOfContent(event.before)) return 'is about another change than was signed.'
    if ((await verifyProof(passkey, hash)) === null) return 'has a signature that does not verify.'
    const registered = registrations.get(passkey.credentialId)
    if (!registered) return faultOfUnregistered(event, passkey.credentialId)
    if (registered.actor !== event.actor || registered.publicKey !== passkey.publicKey)
      return `was signed with a passkey that ${registered.actor} registered with another key.`
    const age = event.at.getTime() - registered.at.getTime() + TOLERANCE_MS
    if (passkeyHours && age < passkeyHours * HOUR_MS && confirmedBy === null)
      return `was signed with a passkey that was registered at ${registered.at.toISOString()}, less than ${passkeyHours} hours before, and that no other person had confirmed.`
    return null
  }

  /** The entry of an old passkey may have been deleted with others. */
  async function faultOfUnregistered(event: AuditEvent, credentialID: string): Promise<string | null> {
    if (unnamed.has(event.actor)) return null
    const row = isWhole ? null : await db.passkey.findFirst({ where: { credentialID } })
    const isOld = !isWhole && !(row?.createdAt && begins && row.createdAt > begins)
    return isOld ? null : 'was signed with a passkey that no entry registered.'
  }

  /** Null: all are or were users. */
  async function findUnknown(names: readonly (string | null)[]): Promise<string | null> {
    for (const name of names) {
      if (name === null || known.has(name)) continue
      const entries = { resource: name, action: { in: ['createUser', 'removeUser'] } }
      const isUser =
        (await db.user.findFirst({ where: { username: name }, select: { id: true } })) ??
        (await db.auditEvent.findFirst({ where: entries, select: { id: true } }))
      if (!isUser) return name
      known.add(name)
    }
    return null
  }

  const confirmationOf = ({ passkey }: Signed, people: readonly (string | null)[]) =>
    confirmations.get(passkey.credentialId)?.find((name) => !people.includes(name)) ?? null

  async function verify(event: AuditEvent): Promise<string | null> {
    const [content, signed] = [asked.safeParse(event.before).data, decision.safeParse(event.after).data]
    const approval = `Entry ${event.id}, approval ${event.resource},`
    if (!content || !signed) return `${approval} lacks its content or its signature.`
    const { approvedBy, passkey } = signed
    const { requestedBy, keyCreatedBy } = content
    if (approvedBy !== event.actor || [requestedBy, keyCreatedBy].includes(approvedBy))
      return `${approval} is not by another person than the request.`
    const unknown = await findUnknown([requestedBy, keyCreatedBy, approvedBy])
    if (unknown !== null) return `${approval} names ${unknown}, who is not and was not a user.`
    const confirmedBy = confirmationOf(signed, [approvedBy, requestedBy, keyCreatedBy])
    const fault = await faultOfSignature(event, signed, confirmedBy)
    if (fault) return `${approval} ${fault}`
    approvals.push({
      entry: event.id,
      id: event.resource,
      at: event.at,
      ...{ mutation: content.mutation, requestedBy, approvedBy },
      credentialId: passkey.credentialId,
      registeredAt: registrations.get(passkey.credentialId)?.at ?? null,
      confirmedBy,
    })
    return null
  }

  /** Earlier versions asked for no signature. */
  async function verifyOverride(event: AuditEvent): Promise<string | null> {
    const signed = signature.safeParse(event.after).data
    if (!signed) return null
    const fault = await faultOfSignature(event, signed, confirmationOf(signed, [event.actor]))
    return fault && `Entry ${event.id}, the execution of approval ${event.resource}, ${fault}`
  }

  return {
    approvals,

    async faultOf(event: AuditEvent): Promise<string | null> {
      begins ??= event.at
      if (event.outcome !== 'SUCCEEDED') return null
      if (event.action === 'approve') return verify(event)
      if (event.action === 'override') return verifyOverride(event)
      if (event.action === 'confirmPasskey') {
        const { data } = confirmation.safeParse(event.after)
        if (data) {
          const others = confirmations.get(data.credentialId) ?? []
          confirmations.set(data.credentialId, [...others, event.actor])
        }
        return null
      }
      if (event.action !== 'registerPasskey') return null
      const { data } = registration.safeParse(event.after) // earlier versions did not keep the key
      if (data)
        registrations.set(data.credentialId, {
          actor: event.actor,
          publicKey: data.publicKey,
          at: event.at,
        })
      else unnamed.add(event.actor)
      return null
    },
  }
}
