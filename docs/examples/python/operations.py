"""The operations of the examples and their types. Generated from docs/examples/documents; do not edit."""

from typing import Literal, NotRequired, TypedDict

from inmor import Connection, Mutation, Query, Subscription

class AlertsChangedVariables(TypedDict):
    pass

AlertSeverity = Literal[
    "CRITICAL",
    "WARNING",
]

AlertCode = Literal[
    "API_KEYS_EXPIRE",
    "APPROVAL_BYPASSED",
    "AUDIT_LOG_CHANGED",
    "AWAITED_ENTITY_PASSES",
    "CERTIFICATE_EXPIRES",
    "CHANGE_ENDS",
    "CHANGE_WAITS",
    "CLOCK",
    "COLLECTED_DO_NOT_RESOLVE",
    "DRIFT",
    "KEYS_UNUSABLE",
    "KEY_ROLLOVER",
    "MAIL_FAILED",
    "MAIL_WAITING",
    "NOBODY_CAN_APPROVE",
    "NO_WORKER",
    "OWN_TRUST_MARKS_EXPIRE",
    "OWN_TRUST_MARK_FAILING",
    "PASSKEY_REGISTERED",
    "PINNED_ANCHOR_CHANGED",
    "PINNED_ANCHOR_NOT_FOLLOWED",
    "PUBLICATION_BEHIND",
    "PUBLICATION_STALLED",
    "REDIS_UNREACHABLE",
    "ROLLOVER_STEP_AHEAD",
    "ROLLOVER_STUCK",
    "SCHEDULE_FAILING",
    "SCHEDULE_OFF",
    "SECOND_FACTOR_MISSING",
    "STATEMENTS_EXPIRE",
    "SUBORDINATES_DO_NOT_RESOLVE",
    "SUBORDINATES_EXPIRED",
    "SUBORDINATES_FAILING",
    "SUBORDINATES_UNREACHABLE",
    "TRUST_MARKS_EXPIRE",
    "TRUST_MARKS_FAILING",
    "TRUST_MARKS_INVALID",
    "WEBHOOK_FAILING",
]

class AlertsChangedAlertsChanged(TypedDict):
    id: str
    severity: AlertSeverity
    code: AlertCode
    message: str
    since: str

class AlertsChanged(TypedDict):
    alertsChanged: list[AlertsChangedAlertsChanged]

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

KeyStore = Literal[
    "AWSKMS",
    "FILES",
    "PKCS11",
]

class AnnounceSigningKeyInput(TypedDict):
    """The key to create."""

    alg: SigningAlgorithm
    anchor: NotRequired[str | None]
    existing: NotRequired[str | None]
    store: NotRequired[KeyStore | None]

class AnnounceKeyVariables(TypedDict):
    input: AnnounceSigningKeyInput

class AnnounceKey(TypedDict):
    kid: str

class AuditLogVariables(TypedDict):
    last: int
    before: NotRequired[str | None]

AuditOutcome = Literal[
    "FAILED",
    "REFUSED",
    "SUCCEEDED",
]

class AuditLogAuditEventsEdgesNode(TypedDict):
    id: str
    at: str
    anchor: str | None
    actor: str
    method: str
    action: str
    resourceType: str
    resource: str
    outcome: AuditOutcome
    reason: str | None
    diff: object
    previousHash: str
    hash: str

class AuditLogAuditEventsEdges(TypedDict):
    cursor: str
    node: AuditLogAuditEventsEdgesNode

class AuditLogAuditEventsPageInfo(TypedDict):
    hasPreviousPage: bool
    startCursor: str | None

class AuditLogAuditEvents(TypedDict):
    edges: list[AuditLogAuditEventsEdges]
    pageInfo: AuditLogAuditEventsPageInfo

class AuditLog(TypedDict):
    auditEvents: AuditLogAuditEvents

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

class ImportSubordinatesInput(TypedDict):
    """The entities to register."""

    anchor: NotRequired[str | None]
    dryRun: NotRequired[bool | None]
    lines: NotRequired[list[str] | None]
    subordinates: NotRequired[list[RegisterSubordinateInput] | None]

class ImportMembersVariables(TypedDict):
    input: ImportSubordinatesInput

class ImportMembers(TypedDict):
    id: str

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

SubordinateState = Literal[
    "ACTIVE",
    "DOES_NOT_RESOLVE",
    "EXPIRED",
    "FAILING",
    "INACTIVE",
    "UNREACHABLE",
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

class MembersVariables(TypedDict):
    first: int
    after: NotRequired[str | None]
    filter: NotRequired[SubordinateFilter | None]

class MembersSubordinatesEdgesNodeProblem(TypedDict):
    code: SubordinateProblemCode
    message: str

class MembersSubordinatesEdgesNode(TypedDict):
    entityId: str
    displayName: str | None
    state: SubordinateState
    entityTypes: list[str]
    tags: list[str]
    registeredAt: str
    problem: MembersSubordinatesEdgesNodeProblem | None

class MembersSubordinatesEdges(TypedDict):
    node: MembersSubordinatesEdgesNode

class MembersSubordinatesPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None

class MembersSubordinates(TypedDict):
    edges: list[MembersSubordinatesEdges]
    pageInfo: MembersSubordinatesPageInfo

class Members(TypedDict):
    subordinates: MembersSubordinates

class PolicyPreviewVariables(TypedDict):
    policy: object
    after: NotRequired[str | None]

class PolicyPreviewPreviewMetadataPolicyAffected(TypedDict):
    entityId: str
    before: object | None
    findings: list[str]

class PolicyPreviewPreviewMetadataPolicy(TypedDict):
    affected: list[PolicyPreviewPreviewMetadataPolicyAffected]
    hasMore: bool

class PolicyPreview(TypedDict):
    previewMetadataPolicy: PolicyPreviewPreviewMetadataPolicy

class RegisterMemberVariables(TypedDict):
    input: RegisterSubordinateInput

class RegisterMember(TypedDict):
    id: str
    entityId: str
    state: SubordinateState

class ReissueTrustMarksVariables(TypedDict):
    pass

class ReissueTrustMarks(TypedDict):
    id: str

class RetireKeyInput(TypedDict):
    """The key to retire."""

    acceptCopies: NotRequired[bool | None]
    anchor: NotRequired[str | None]
    kid: str

class RetireKeyVariables(TypedDict):
    input: RetireKeyInput

class RetireKey(TypedDict):
    kid: str

class RunProgressVariables(TypedDict):
    runId: str
    after: NotRequired[int | None]

RunState = Literal[
    "CANCELLED",
    "FAILED",
    "QUEUED",
    "RUNNING",
    "SUCCEEDED",
]

class RunProgressRenewalProgressRun(TypedDict):
    state: RunState
    total: int | None
    done: int
    failed: int
    error: str | None
    endedAt: str | None

class RunProgressRenewalProgressItem(TypedDict):
    sequence: int | None
    resource: str
    ok: bool | None
    message: str | None

class RunProgressRenewalProgress(TypedDict):
    run: RunProgressRenewalProgressRun
    item: RunProgressRenewalProgressItem | None

class RunProgress(TypedDict):
    renewalProgress: RunProgressRenewalProgress

class SigningKeysVariables(TypedDict):
    pass

SigningKeyState = Literal[
    "ANNOUNCED",
    "ANSWERS",
    "CURRENT",
    "PUBLISHED",
]

class SigningKeysSigningKeysKeys(TypedDict):
    kid: str
    alg: str
    state: SigningKeyState
    signsSince: str | None
    usableFrom: str | None
    superiorFaults: list[str]

class SigningKeysSigningKeys(TypedDict):
    keys: list[SigningKeysSigningKeysKeys]

class SigningKeys(TypedDict):
    signingKeys: SigningKeysSigningKeys

RenewalKind = Literal[
    "SUBORDINATES",
    "TRUST_MARKS",
]

class StartRenewalVariables(TypedDict):
    kind: RenewalKind

class StartRenewal(TypedDict):
    id: str

class SwitchSigningKeyInput(TypedDict):
    """Options of the switch; none by default."""

    anchor: NotRequired[str | None]
    overrideReason: NotRequired[str | None]

class SwitchKeyVariables(TypedDict):
    input: NotRequired[SwitchSigningKeyInput | None]

class SwitchKey(TypedDict):
    kid: str

ALERTS_CHANGED: Subscription[AlertsChangedVariables, AlertsChanged] = Subscription(
    """
subscription AlertsChanged {
  alertsChanged {
    id
    severity
    code
    message
    since
  }
}
"""
)

ANNOUNCE_KEY: Mutation[AnnounceKeyVariables, AnnounceKey] = Mutation(
    """
mutation AnnounceKey($input: AnnounceSigningKeyInput!) {
  announceSigningKey(input: $input) {
    __typename
    ... on MutationAnnounceSigningKeySuccess {
      data {
        kid
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

AUDIT_LOG: Query[AuditLogVariables, AuditLog] = Query(
    """
query AuditLog($last: Int!, $before: String) {
  auditEvents(last: $last, before: $before) {
    edges {
      cursor
      node {
        id
        at
        anchor
        actor
        method
        action
        resourceType
        resource
        outcome
        reason
        diff
        previousHash
        hash
      }
    }
    pageInfo {
      hasPreviousPage
      startCursor
    }
  }
}
"""
)

IMPORT_MEMBERS: Mutation[ImportMembersVariables, ImportMembers] = Mutation(
    """
mutation ImportMembers($input: ImportSubordinatesInput!) {
  importSubordinates(input: $input) {
    __typename
    ... on MutationImportSubordinatesSuccess {
      data {
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

MEMBERS: Connection[MembersVariables, Members, MembersSubordinatesEdgesNode] = Connection(
    """
query Members($first: Int!, $after: String, $filter: SubordinateFilter) {
  subordinates(first: $first, after: $after, filter: $filter) {
    edges {
      node {
        entityId
        displayName
        state
        entityTypes
        tags
        registeredAt
        problem {
          code
          message
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
"""
)

POLICY_PREVIEW: Query[PolicyPreviewVariables, PolicyPreview] = Query(
    """
query PolicyPreview($policy: JSON!, $after: EntityIdentifier) {
  previewMetadataPolicy(policy: $policy, effect: FAILS, first: 100, after: $after) {
    affected {
      entityId
      before
      findings
    }
    hasMore
  }
}
"""
)

REGISTER_MEMBER: Mutation[RegisterMemberVariables, RegisterMember] = Mutation(
    """
mutation RegisterMember($input: RegisterSubordinateInput!) {
  registerSubordinate(input: $input) {
    __typename
    ... on MutationRegisterSubordinateSuccess {
      data {
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

REISSUE_TRUST_MARKS: Mutation[ReissueTrustMarksVariables, ReissueTrustMarks] = Mutation(
    """
mutation ReissueTrustMarks {
  reissueTrustMarks {
    __typename
    ... on MutationReissueTrustMarksSuccess {
      data {
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

RETIRE_KEY: Mutation[RetireKeyVariables, RetireKey] = Mutation(
    """
mutation RetireKey($input: RetireKeyInput!) {
  retireKey(input: $input) {
    __typename
    ... on MutationRetireKeySuccess {
      data {
        kid
      }
    }
    ... on UnsafeKeyChangeError {
      safeFrom
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
  renewalProgress(runId: $runId, after: $after) {
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

SIGNING_KEYS: Query[SigningKeysVariables, SigningKeys] = Query(
    """
query SigningKeys {
  signingKeys {
    keys {
      kid
      alg
      state
      signsSince
      usableFrom
      superiorFaults
    }
  }
}
"""
)

START_RENEWAL: Mutation[StartRenewalVariables, StartRenewal] = Mutation(
    """
mutation StartRenewal($kind: RenewalKind!) {
  startRenewal(kind: $kind) {
    __typename
    ... on MutationStartRenewalSuccess {
      data {
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

SWITCH_KEY: Mutation[SwitchKeyVariables, SwitchKey] = Mutation(
    """
mutation SwitchKey($input: SwitchSigningKeyInput) {
  switchSigningKey(input: $input) {
    __typename
    ... on MutationSwitchSigningKeySuccess {
      data {
        kid
      }
    }
    ... on UnsafeKeyChangeError {
      safeFrom
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
