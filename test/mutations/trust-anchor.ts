/** The Trust Anchor itself, what holds for the whole federation, and what is published of it. */
import { testsIn } from '#test/requirements/requirement.ts'
import { audited, auditedBesides, type MutationCases } from './mutation.ts'

const anchor = testsIn('server/trust-anchor/trust-anchor')
const publication = testsIn('server/publication/publication')

const stale = anchor('refuses a change of a version that is no longer the present one')

export const trustAnchor: readonly MutationCases[] = [
  {
    mutation: 'updateTrustAnchor',
    success: anchor('publishes what it says of the organization, and clears what is null'),
    failures: {
      InvalidInputError: anchor('names %s when it is %j, and changes nothing', 'constraints'),
      ConflictError: stale,
    },
    audit: audited('updateTrustAnchor'),
  },
  {
    mutation: 'updateFederationPolicy',
    success: anchor('signs every statement anew, with the policy of the subordinate merged into it'),
    failures: {
      InvalidInputError: anchor('refuses a policy that contradicts that of a subordinate, by name'),
      ConflictError: stale,
    },
    audit: audited('updateFederationPolicy'),
  },
  {
    mutation: 'regenerateEntityConfiguration',
    success: publication('signs the Entity Configuration anew when it is asked to'),
    failures: {},
    audit: auditedBesides('regenerateEntityConfiguration'),
  },
  {
    mutation: 'rebuildPublication',
    success: publication('removes by a rebuild what the database does not know'),
    failures: { UnavailableError: publication('rebuilds nothing while Redis is away, and says so') },
    audit: auditedBesides('rebuildPublication'),
  },
]
