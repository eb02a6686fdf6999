/** Previews the effect of an unsaved policy on the subordinates: counts on demand, details page by page. */
import type { PolicyEffect, PreviewPolicyQuery } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'
import { withoutEmpty } from '#lib/json/edit.ts'
import { isRecord, parseJsonObject } from '#lib/json/json.ts'

const PreviewPolicy = graphql(`
  query PreviewPolicy($policy: JSON!, $effect: PolicyEffect) {
    previewMetadataPolicy(policy: $policy, effect: $effect) {
      unchanged changed failing hasMore
      affected { ...MemberEffect }
    }
  }
`)

const PreviewPolicyPage = graphql(`
  query PreviewPolicyPage($policy: JSON!, $effect: PolicyEffect, $after: EntityIdentifier) {
    previewMetadataPolicy(policy: $policy, effect: $effect, after: $after) {
      hasMore
      affected { ...MemberEffect }
    }
  }
`)

type Members = PreviewPolicyQuery['previewMetadataPolicy']['affected']

/** Converts input for the API, without the empty objects that forms create. */
export function policyOf(text: string): Record<string, unknown> {
  const { value } = parseJsonObject(text)
  return isRecord(value) ? withoutEmpty(value, 2) : {}
}

export class PolicyEffects {
  /** The text of this preview. */
  text = $state<string>()
  counts = $state.raw<{ unchanged: number; changed: number; failing: number }>()
  members = $state.raw<Members>([])
  hasMore = $state(false)
  /** Only this effect; by default, changed and failing subordinates. */
  effect = $state<PolicyEffect | null>(null)
  isBusy = $state(false)
  refusal = $state.raw<Refusal>()

  isAbout(text: string): boolean {
    return this.counts !== undefined && this.text === text
  }

  /** Recomputes the effect for every subordinate. Returns whether it succeeded. */
  async look(text: string): Promise<boolean> {
    this.effect = null
    this.isBusy = true
    const { value, refusal } = await ask(PreviewPolicy, { policy: policyOf(text), effect: null })
    this.isBusy = false
    this.refusal = refusal
    if (!value) return false
    const { unchanged, changed, failing, affected, hasMore } = value.previewMetadataPolicy
    this.text = text
    this.counts = { unchanged, changed, failing }
    this.members = affected
    this.hasMore = hasMore
    return true
  }

  async choose(effect: PolicyEffect | null): Promise<void> {
    this.effect = effect
    this.members = []
    await this.more()
  }

  /** Reads the next page of details. */
  async more(): Promise<void> {
    const { effect, text = '' } = this
    this.isBusy = true
    const after = this.members.at(-1)?.entityId ?? null
    const { value, refusal } = await ask(PreviewPolicyPage, { policy: policyOf(text), effect, after })
    this.isBusy = false
    this.refusal = refusal
    // A later choice has its own request.
    if (!value || effect !== this.effect) return
    this.members = [...this.members, ...value.previewMetadataPolicy.affected]
    this.hasMore = value.previewMetadataPolicy.hasMore
  }
}
