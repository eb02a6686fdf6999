/** Previews the effect of an unsaved policy on members and on entities below Intermediates, in groups. */
import type { PolicyEffectPartFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'
import { withoutEmpty } from '#lib/json/edit.ts'
import { isRecord, parseJsonObject } from '#lib/json/json.ts'

const PreviewPolicy = graphql(`
  query PreviewPolicy($policy: JSON!) {
    previewMetadataPolicy(policy: $policy) {
      members { ...PolicyEffectPart }
      below { ...PolicyEffectPart }
    }
  }
`)

/** Converts input for the API, without the empty objects that forms create. */
export function policyOf(text: string): Record<string, unknown> {
  const { value } = parseJsonObject(text)
  return isRecord(value) ? withoutEmpty(value, 2) : {}
}

export class PolicyEffects {
  /** The text of this preview. */
  text = $state<string>()
  members = $state.raw<PolicyEffectPartFragment>()
  /** Null before the first crawl. */
  below = $state.raw<PolicyEffectPartFragment | null>(null)
  isBusy = $state(false)
  refusal = $state.raw<Refusal>()

  /** Those that resolve now and would not, in both parts. */
  get breaking(): { members: number; below: number } {
    return { members: breakingIn(this.members), below: breakingIn(this.below) }
  }

  isAbout(text: string): boolean {
    return this.members !== undefined && this.text === text
  }

  /** Recomputes the effect for every entity. Returns whether it succeeded. */
  async look(text: string): Promise<boolean> {
    this.isBusy = true
    const { value, refusal } = await ask(PreviewPolicy, { policy: policyOf(text) })
    this.isBusy = false
    this.refusal = refusal
    if (!value) return false
    this.text = text
    this.members = value.previewMetadataPolicy.members
    this.below = value.previewMetadataPolicy.below ?? null
    return true
  }
}

function breakingIn(part: PolicyEffectPartFragment | null | undefined): number {
  return part ? part.failing - part.alreadyFailing : 0
}
