/** The arguments with which the isolation test of members calls each field of the root. */
import { PASSWORD } from '#test/helpers/admin.ts'
import * as ofAnchors from '../anchor/isolation-rows.ts'

/** Of another organization and of operators, but for the entity of the caller's own organization. */
export type Seen = ofAnchors.Filled & { user: string; ownEntity: string }

export type Rows = Record<string, (ids: Seen) => Record<string, unknown>>
const none = () => ({})
const input =
  (members: (ids: Seen) => object): Rows[string] =>
  (ids) => ({ input: members(ids) })
/** There is none: members are refused before that is seen. */
const ofWebhook = (further: object = {}) => input(() => ({ id: btoa('Webhook:1'), ...further }))
const ofApproval = (further: object = {}) => input(() => ({ id: btoa('Approval:1'), ...further }))
const ofUser = input(({ user }) => ({ id: user }))

/** The fields that answer members. They are read whole, or are about the caller's own account. */
export const open: Record<'query' | 'mutation', Rows> = {
  query: {
    invitation: () => ({ token: 'unknown' }),
    viewer: none,
    organizationEntity: (ids) => ({ anchor: 'main', entityId: ids.ownEntity }),
    request: (ids) => ({ id: ids.request }),
    signInOptions: none,
  },
  mutation: {
    acceptInvitation: input(() => ({ token: 'unknown', password: PASSWORD })),
    commentRequest: input((ids) => ({ id: ids.request, text: 'mine' })),
    changePassword: input(() => ({ newPassword: PASSWORD })),
    disableTwoFactor: none,
    endOtherSessions: none,
    endSession: input(() => ({ id: 'unknown' })),
    removePasskey: input(() => ({ id: 'unknown' })),
    updateMail: input(() => ({ enabled: true })),
    renamePasskey: input(() => ({ id: 'unknown', name: 'mine' })),
    submitRequest: input((ids) => ({
      organizationId: ids.organization,
      kind: 'WITHDRAW',
      entityId: ids.entityId,
    })),
    withdrawRequest: input((ids) => ({ id: ids.request })),
  },
}

/** Fields of the installation that refuse members. Those of an anchor are called with the rows of the anchors' test. */
const ofInstallation: Record<'query' | 'mutation', Rows> = {
  query: {
    apiKeys: none,
    approvals: none,
    configurationSchema: none,
    deliveries: none,
    mails: none,
    protection: none,
    trustAnchors: none,
    user: () => ({ username: 'anna@lu.example' }),
    users: none,
    webhooks: none,
  },
  mutation: {
    approve: ofApproval({ passkey: {} }),
    admitOrganization: input((ids) => ({ id: ids.organization, to: 'test' })),
    requestDocumentPass: none,
    commentApproval: ofApproval({ text: 'mine' }),
    confirmPasskey: input(() => ({ id: 'unknown' })),
    createApiKey: input(() => ({ username: 'anna@lu.example', name: 'mine' })),
    createInvitation: ofUser,
    createTrustAnchor: input(() => ({ slug: 'own', entityId: 'http://own.example.org', displayName: 'Own' })),
    createUser: input(() => ({ username: 'another' })),
    createWebhook: input(() => ({ url: 'https://hooks.example.org' })),
    invitePerson: input((ids) => ({ organizationId: ids.organization, email: 'bo@lu.example' })),
    makeIntermediate: input(() => ({ anchor: 'test', superior: 'main' })),
    override: ofApproval({ reason: 'mine', passkey: {} }),
    pauseTrustAnchor: input(() => ({ anchor: 'test' })),
    promoteSubordinates: input((ids) => ({
      from: 'main',
      to: 'test',
      subordinates: { ids: [ids.subordinate] },
    })),
    refuse: ofApproval(),
    removePerson: input((ids) => ({ organizationId: ids.organization, userId: ids.user })),
    removeTrustAnchor: input(() => ({ anchor: 'test' })),
    removeUser: ofUser,
    removeWebhook: ofWebhook(),
    replayWebhook: ofWebhook({ from: new Date(0).toISOString() }),
    resetSecondFactor: ofUser,
    resetUserPassword: input((ids) => ({ id: ids.user, password: PASSWORD })),
    resumeTrustAnchor: input(() => ({ anchor: 'test' })),
    retryMail: input(() => ({ id: 'unknown' })),
    secureUser: ofUser,
    revokeApiKey: input(() => ({ id: 'unknown' })),
    testWebhook: ofWebhook(),
    updatePerson: input((ids) => ({
      organizationId: ids.organization,
      userId: ids.user,
      mayInvite: true,
    })),
    updateNotifications: input(() => ({ anchor: 'main', requests: true })),
    updateProtection: input(() => ({ operations: [] })),
    updateUser: input((ids) => ({ id: ids.user, name: 'changed' })),
    updateWebhook: ofWebhook({ rotateSecret: true }),
  },
}

/** The fields that refuse members. */
export const closed: Record<'query' | 'mutation' | 'subscription', Rows> = {
  query: { ...ofAnchors.queries, ...ofInstallation.query },
  mutation: { ...ofAnchors.mutations, ...ofInstallation.mutation },
  subscription: ofAnchors.subscriptions,
}
