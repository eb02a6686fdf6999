/** Creates the services, once per process. */
import { createCollectionService } from '#server/services/collection/collection.ts'
import type { PublishingDeps, ServiceContext } from '#server/services/context.ts'
import { effectOf } from '#server/services/effect/plan-effect.ts'
import type { PlannedState } from '#server/services/effect/planned-state.ts'
import { createPolicyEffects } from '#server/services/effect/policy-effects.ts'
import { createResolutionService } from '#server/services/entity/resolution.ts'
import { createWithdrawalService } from '#server/services/found-withdrawals.ts'
import { createMirrors } from '#server/services/mirror/mirrors.ts'
import { createOrganizationService } from '#server/services/organization/organizations.ts'
import { createPipelineService } from '#server/services/request/pipeline/pipelines.ts'
import { createPublicAnswers } from '#server/services/request/public-answers.ts'
import { createRequestService } from '#server/services/request/requests.ts'
import { createRolloverService } from '#server/services/signing-key/rollover/rollovers.ts'
import { createSigningKeyService } from '#server/services/signing-key/signing-keys.ts'
import { createAwaitedEntities } from '#server/services/subordinate/awaited-entities.ts'
import { createSubordinateService } from '#server/services/subordinate/subordinates.ts'
import { createSuperiors } from '#server/services/superior/superiors.ts'
import { createOwnTrustMarks } from '#server/services/trust-anchor/own-trust-marks.ts'
import { createPinnedAnchors } from '#server/services/trust-anchor/pinned-anchors.ts'
import { createTrustAnchorService } from '#server/services/trust-anchor/trust-anchor.ts'
import { createTrustMarkTypeService } from '#server/services/trust-mark/trust-mark-types.ts'
import { createTrustMarkService } from '#server/services/trust-mark/trust-marks.ts'
import { createWriter } from '#server/services/write.ts'

/** The services of requests, which a command has too: it leaves the publication to the server. */
export function createRequestServices(context: ServiceContext) {
  const subordinates = createSubordinateService(context)
  return { subordinates, requests: createRequestService({ ...context, subordinates }) }
}

export function createServices(deps: PublishingDeps) {
  const context = { ...deps, write: createWriter(deps.db, deps.publisher) }
  const superiors = createSuperiors(context)
  const { subordinates, requests } = createRequestServices(context)
  const trustAnchor = createTrustAnchorService(context)
  const signingKeys = createSigningKeyService({ ...context, superiors })
  return {
    subordinates,
    organizations: createOrganizationService(context),
    pipelines: createPipelineService(context),
    requests,
    publicAnswers: createPublicAnswers({ ...context, subordinates, requests }),
    collection: createCollectionService(context),
    trustMarkTypes: createTrustMarkTypeService(context),
    trustMarks: createTrustMarkService(context),
    trustAnchor,
    policyEffects: createPolicyEffects(context),
    planEffect: (planned: PlannedState) => effectOf(context, planned),
    resolution: createResolutionService(context),
    signingKeys,
    rollover: createRolloverService({ ...context, signingKeys, superiors }),
    superiors,
    ownTrustMarks: createOwnTrustMarks({ ...context, trustAnchor }),
    pinnedAnchors: createPinnedAnchors({ ...context, trustAnchor }),
    awaitedEntities: createAwaitedEntities(context),
    mirrors: createMirrors(context),
    withdrawals: createWithdrawalService(context),
  }
}

export type Services = ReturnType<typeof createServices>
