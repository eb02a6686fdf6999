/** A promotion as the user describes it, and as the API takes it. */
import type { PlanSourceInput } from '#lib/gql/graphql.ts'
import { type ListScope, listed, type Shown } from './subjects.ts'

export interface PromotionDraft {
  scope: ListScope
  /** The slug of the anchor that they come to. */
  to: string
}

export const promotionSource = ({ scope }: PromotionDraft, shown: Shown, from: string): PlanSourceInput => ({
  promotion: { from, subordinates: listed(scope, shown) },
})
