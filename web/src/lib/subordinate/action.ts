/** Describes the actions on many subordinates. */
import type { SubordinateAction } from '#lib/gql/graphql.ts'

interface Words {
  /** The verb of buttons: `Renew 3 subordinates`. */
  label: string
  /** The verb for an item that succeeded. */
  done: string
  /** The title of its run. */
  run: string
  /** The effect, before the action is confirmed. */
  consequence: string
  danger?: true
  /** It needs a Trust Mark type. */
  ofMark?: true
}

export const subordinateActions: Readonly<Record<SubordinateAction, Words>> = {
  RENEW: {
    label: 'Renew',
    done: 'renewed',
    run: 'Renewal of subordinates',
    consequence:
      'The Entity Configuration of each is fetched again and checked, and a new statement is signed. Where a check fails, the current statement stays valid.',
  },
  DEACTIVATE: {
    label: 'Deactivate',
    done: 'deactivated',
    run: 'Deactivation of subordinates',
    consequence:
      'Within seconds they are gone from every public endpoint, and Trust Chains through them no longer resolve. Their registrations are kept: they can be reactivated at any time.',
    danger: true,
  },
  REACTIVATE: {
    label: 'Reactivate',
    done: 'reactivated',
    run: 'Reactivation of subordinates',
    consequence: 'A new statement about each is signed and published.',
  },
  REMOVE: {
    label: 'Remove',
    done: 'removed',
    run: 'Removal of subordinates',
    consequence:
      'They disappear from every public endpoint, and their registrations are deleted. This cannot be undone.',
    danger: true,
  },
  UPDATE: {
    label: 'Change settings of',
    done: 'changed',
    run: 'Change of settings',
    consequence: 'Each gets a new statement with these settings. A change of tags alone publishes nothing.',
  },
  ISSUE_TRUST_MARK: {
    label: 'Issue a Trust Mark to',
    done: 'issued',
    run: 'Issue of Trust Marks',
    consequence: 'Each gets a Trust Mark of this type, which is served at once.',
    ofMark: true,
  },
  REVOKE_TRUST_MARK: {
    label: 'Revoke the Trust Mark of',
    done: 'revoked',
    run: 'Revocation of Trust Marks',
    consequence: 'Every Trust Mark of this type that they hold is revoked permanently.',
    danger: true,
    ofMark: true,
  },
}

/** Their names, in the order of a menu. */
export const subordinateActionNames = Object.keys(subordinateActions) as SubordinateAction[] // of the table above
