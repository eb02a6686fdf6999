"""The operations of the examples and their types. Generated from docs/examples/documents; do not edit."""

from typing import Literal, NotRequired, TypedDict

from inmor import Mutation, Subscription

class RegisterSubordinateInput(TypedDict):
    """An entity to register, with the settings of its Subordinate Statement."""

    active: NotRequired[bool | None]
    additionalClaims: NotRequired[object | None]
    anchor: NotRequired[str | None]
    autorenew: NotRequired[bool | None]
    constraints: NotRequired[object | None]
    entityId: str
    forcedMetadata: NotRequired[object | None]
    jwks: NotRequired[object | None]
    metadata: NotRequired[object | None]
    metadataPolicy: NotRequired[object | None]
    note: NotRequired[str | None]
    organizationId: NotRequired[str | None]
    requiredTrustMarks: NotRequired[list[str] | None]
    tags: NotRequired[list[str] | None]
    validFor: NotRequired[int | None]

class RegisterMemberVariables(TypedDict):
    input: RegisterSubordinateInput

SubordinateState = Literal[
    "ACTIVE",
    "DOES_NOT_RESOLVE",
    "EXPIRED",
    "FAILING",
    "INACTIVE",
    "UNREACHABLE",
]

class RegisterMemberSubordinate(TypedDict):
    id: str
    entityId: str
    state: SubordinateState

class RegisterMember(TypedDict):
    subordinate: RegisterMemberSubordinate

class RunProgressVariables(TypedDict):
    runId: str
    after: NotRequired[int | None]

RunState = Literal[
    "CANCELLED",
    "FAILED",
    "PARTLY",
    "QUEUED",
    "RUNNING",
    "SUCCEEDED",
]

class RunProgressRunProgressRun(TypedDict):
    state: RunState
    total: int | None
    done: int
    failed: int
    error: str | None
    endedAt: str | None

class RunProgressRunProgressItem(TypedDict):
    sequence: int | None
    resource: str
    ok: bool | None
    message: str | None

class RunProgressRunProgress(TypedDict):
    run: RunProgressRunProgressRun
    item: RunProgressRunProgressItem | None

class RunProgress(TypedDict):
    runProgress: RunProgressRunProgress

RenewalKind = Literal[
    "SUBORDINATES",
    "TRUST_MARKS",
]

SubordinateProblemCode = Literal[
    "AUTHORITY_HINT",
    "CONSTRAINTS",
    "IDENTITY",
    "ISSUER",
    "KEYS",
    "LIMITS",
    "METADATA",
    "METADATA_POLICY",
    "METADATA_TYPES",
    "REACHABLE",
    "RENEWAL",
    "SIGNATURE",
    "STATEMENT",
    "STATEMENT_EXPIRED",
    "TIMES",
    "TRUST_MARKS",
]

SigningAlgorithm = Literal[
    "ED448",
    "ED25519",
    "ES256",
    "ES384",
    "ES512",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "PS256",
    "RS256",
]

class SubordinateFilter(TypedDict):
    """Conditions, combined with AND; absent ones are ignored."""

    active: NotRequired[bool | None]
    configurationExpiresAfter: NotRequired[str | None]
    configurationExpiresBefore: NotRequired[str | None]
    entityType: NotRequired[str | None]
    expiresAfter: NotRequired[str | None]
    expiresBefore: NotRequired[str | None]
    hasProblem: NotRequired[bool | None]
    intermediate: NotRequired[bool | None]
    organizationId: NotRequired[str | None]
    problem: NotRequired[SubordinateProblemCode | None]
    search: NotRequired[str | None]
    state: NotRequired[SubordinateState | None]
    tags: NotRequired[list[str] | None]
    trustMarkType: NotRequired[str | None]
    withoutAlgorithm: NotRequired[SigningAlgorithm | None]

class SubordinateSelectionInput(TypedDict):
    """The subordinates, in exactly one of these ways."""

    entityIds: NotRequired[list[str] | None]
    filter: NotRequired[SubordinateFilter | None]
    ids: NotRequired[list[str] | None]

class StartRenewalInput(TypedDict):
    """What to renew."""

    anchor: NotRequired[str | None]
    dryRun: NotRequired[bool | None]
    due: NotRequired[bool | None]
    kind: RenewalKind
    reason: NotRequired[str | None]
    subordinates: NotRequired[SubordinateSelectionInput | None]

class StartRenewalVariables(TypedDict):
    input: StartRenewalInput

class StartRenewalRun(TypedDict):
    id: str

class StartRenewal(TypedDict):
    run: StartRenewalRun

REGISTER_MEMBER: Mutation[RegisterMemberVariables, RegisterMember] = Mutation(
    """
mutation RegisterMember($input: RegisterSubordinateInput!) {
  registerSubordinate(input: $input) {
    __typename
    ... on RegisterSubordinateSuccess {
      subordinate {
        id
        entityId
        state
      }
    }
    ... on Error {
      code
      message
      path
    }
  }
}
"""
)

RUN_PROGRESS: Subscription[RunProgressVariables, RunProgress] = Subscription(
    """
subscription RunProgress($runId: ID!, $after: Int) {
  runProgress(runId: $runId, after: $after) {
    run {
      state
      total
      done
      failed
      error
      endedAt
    }
    item {
      sequence
      resource
      ok
      message
    }
  }
}
"""
)

START_RENEWAL: Mutation[StartRenewalVariables, StartRenewal] = Mutation(
    """
mutation StartRenewal($input: StartRenewalInput!) {
  startRenewal(input: $input) {
    __typename
    ... on StartRenewalSuccess {
      run {
        id
      }
    }
    ... on Error {
      code
      message
      path
    }
  }
}
"""
)
