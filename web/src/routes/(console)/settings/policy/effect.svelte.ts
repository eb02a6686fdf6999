/** The effect of an unsaved policy on members and on entities below Intermediates. */
import type { PlanEffectFragment, PlanSourceInput } from '#lib/gql/graphql.ts'
import { ask } from '#lib/graphql/client.ts'
import { withoutEmpty } from '#lib/json/edit.ts'
import { isRecord, parseJsonObject } from '#lib/json/json.ts'
import { EffectOfSource } from '#lib/plan/plan.ts'

/** Converts input for the API, without the empty objects that forms create. */
export function policyOf(text: string): Record<string, unknown> {
  const { value } = parseJsonObject(text)
  return isRecord(value) ? withoutEmpty(value, 2) : {}
}

const sourceOf = (text: string): PlanSourceInput => ({ settings: { metadataPolicy: policyOf(text) } })

export class PolicyEffect {
  /** What it is the effect of. */
  text = $state<string>()
  effect = $state.raw<PlanEffectFragment>()
  isBusy = $state(false)
  /** Why there is none. */
  problem = $state<string>()
  /** The policy is at fault. */
  isFault = $state(false)

  source = $derived(sourceOf(this.text ?? ''))

  isAbout(text: string): boolean {
    return this.effect !== undefined && this.text === text
  }

  /** Examines every entity. Returns whether it succeeded. */
  async look(text: string): Promise<boolean> {
    this.isBusy = true
    const { value, refusal } = await ask(EffectOfSource, { source: sourceOf(text) })
    this.isBusy = false
    const [fault] = value?.plan.faults ?? []
    this.isFault = fault !== undefined
    this.problem = refusal?.message ?? fault?.message
    const effect = value?.plan.effect
    if (!effect) return false
    this.text = text
    this.effect = effect
    return true
  }
}
