/** A promotion as the user describes it, and as the API takes it. */
import type { PromoteSubordinatesInput } from '#lib/gql/graphql.ts'
import { type ListScope, listed, type Shown } from './subjects.ts'

export interface PromotionDraft {
  scope: ListScope
  /** The slug of the anchor that they come to. */
  to: string
}

export const promotionInput = (
  { scope, to }: PromotionDraft,
  shown: Shown,
  from: string,
): PromoteSubordinatesInput => ({ from, to, subordinates: listed(scope, shown) })
