/** The anchors of the installation, and what administrators do with them. */
import type { InstallationRowFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment InstallationRow on TrustAnchor {
    ...AnchorFields
    authorityHints
    status {
      counts { subordinates trustMarkTypes }
      expiringSoon { days subordinates trustMarks }
      publication { ...PublicationFields }
    }
    alerts { ...AlertCountFields }
  }
`)

/** `id` is for the table. */
export type InstallationRow = InstallationRowFragment & { id: string }

export const PauseTrustAnchor = mutation(`PauseTrustAnchor { trustAnchor { slug pausedAt } }`)
export const ResumeTrustAnchor = mutation(`ResumeTrustAnchor { trustAnchor { slug pausedAt } }`)
export const RemoveTrustAnchor = mutation(`RemoveTrustAnchor { slug }`)
export const CreateTrustAnchor = mutation(`CreateTrustAnchor { trustAnchor { slug } }`)
export const MakeIntermediate = mutation(`MakeIntermediate { trustAnchor { slug authorityHints } }`)
