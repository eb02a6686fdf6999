/** The operations of the examples and their types. Generated from docs/examples/documents; do not edit. */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Document } from './inmor.ts'
export const AlertsChanged = `subscription AlertsChanged {
  alertsChanged {
    id
    severity
    code
    message
    since
  }
}` as Document<'subscription', AlertsChangedSubscription, AlertsChangedSubscriptionVariables>

export const AnnounceKey = `mutation AnnounceKey($input: AnnounceSigningKeyInput!) {
  announceSigningKey(input: $input) {
    __typename
    ... on AnnounceSigningKeySuccess {
      signingKey {
        kid
      }
    }
    ... on Error {
      code
      message
      path
    }
  }
}` as Document<'mutation', AnnounceKeyMutation, AnnounceKeyMutationVariables>

export const AuditLog = `query AuditLog($last: Int!, $before: String) {
  auditEvents(last: $last, before: $before) {
    edges {
      cursor
      node {
        id
        at
        anchorSlug
        actor {
          username
        }
        method
        action
        resourceType
        resource
        outcome
        reason
        changes {
          path
          before
          after
        }
        previousHash
        hash
      }
    }
    pageInfo {
      hasPreviousPage
      startCursor
    }
  }
}` as Document<'query', AuditLogQuery, AuditLogQueryVariables>

export const ImportMembers = `mutation ImportMembers($input: ApplyPlanInput!) {
  applyPlan(input: $input) {
    __typename
    ... on ApplyPlanSuccess {
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
}` as Document<'mutation', ImportMembersMutation, ImportMembersMutationVariables>

export const Members = `query Members($first: Int!, $after: String, $filter: SubordinateFilter) {
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
}` as Document<'query', MembersQuery, MembersQueryVariables>

export const PolicyPreview = `query PolicyPreview($policy: JSON!, $after: EntityIdentifier) {
  previewMetadataPolicy(policy: $policy, effect: FAILS, first: 100, after: $after) {
    affected {
      entityId
      before
      findings
    }
    hasMore
  }
}` as Document<'query', PolicyPreviewQuery, PolicyPreviewQueryVariables>

export const RegisterMember = `mutation RegisterMember($input: RegisterSubordinateInput!) {
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
}` as Document<'mutation', RegisterMemberMutation, RegisterMemberMutationVariables>

export const ReissueTrustMarks = `mutation ReissueTrustMarks {
  reissueTrustMarks {
    __typename
    ... on ReissueTrustMarksSuccess {
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
}` as Document<'mutation', ReissueTrustMarksMutation, ReissueTrustMarksMutationVariables>

export const RetireKey = `mutation RetireKey($input: RetireKeyInput!) {
  retireKey(input: $input) {
    __typename
    ... on RetireKeySuccess {
      historicalKey {
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
}` as Document<'mutation', RetireKeyMutation, RetireKeyMutationVariables>

export const RunProgress = `subscription RunProgress($runId: ID!, $after: Int) {
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
}` as Document<'subscription', RunProgressSubscription, RunProgressSubscriptionVariables>

export const SigningKeys = `query SigningKeys {
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
}` as Document<'query', SigningKeysQuery, SigningKeysQueryVariables>

export const StartRenewal = `mutation StartRenewal($input: StartRenewalInput!) {
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
}` as Document<'mutation', StartRenewalMutation, StartRenewalMutationVariables>

export const SwitchKey = `mutation SwitchKey($input: SwitchSigningKeyInput) {
  switchSigningKey(input: $input) {
    __typename
    ... on SwitchSigningKeySuccess {
      signingKey {
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
}` as Document<'mutation', SwitchKeyMutation, SwitchKeyMutationVariables>

/** The kind of an alert. */
export type AlertCode =
  /** API keys expire soon. */
  | 'API_KEYS_EXPIRE'
  /** A protected change was made without a second person in the last 7 days. */
  | 'APPROVAL_BYPASSED'
  /** Entries of the audit log were changed, deleted or inserted, or a protected change has no approval. */
  | 'AUDIT_LOG_CHANGED'
  /** An awaited entity passes all checks now: it can be registered. */
  | 'AWAITED_ENTITY_PASSES'
  /** The certificate of the public address expires soon, or clients refuse it. */
  | 'CERTIFICATE_EXPIRES'
  /** A protected change ends soon without a decision. */
  | 'CHANGE_ENDS'
  /** A protected change waits for the approval of a second person. */
  | 'CHANGE_WAITS'
  /** Statements or Trust Marks were issued in the future: a clock was wrong. */
  | 'CLOCK'
  /** Entities below Intermediates, as the last crawl read them, do not resolve. */
  | 'COLLECTED_DO_NOT_RESOLVE'
  /** Objects are not as the configuration files describe them. */
  | 'CONFIGURATION_DRIFT'
  /** The published data was found to differ from the database. */
  | 'DRIFT'
  /** The export of files does not follow what is published. */
  | 'EXPORT_STALLED'
  /** The key directory cannot be used. */
  | 'KEYS_UNUSABLE'
  /** A key rollover waits for its next step. */
  | 'KEY_ROLLOVER'
  /** E-mails could not be sent in the last 7 days. */
  | 'MAIL_FAILED'
  /** No SMTP server has accepted e-mails for an hour. */
  | 'MAIL_WAITING'
  /** A mirror stands still, or has not been reachable for 15 minutes. */
  | 'MIRROR_BEHIND'
  /** A mirror has other files than this installation signed, or those of another anchor. */
  | 'MIRROR_DIFFERS'
  /** Fewer than two administrators have a passkey that counts: protected changes cannot be approved. */
  | 'NOBODY_CAN_APPROVE'
  /** No process executes runs and schedules. */
  | 'NO_WORKER'
  /** What is published does not stay valid for the outage budget. */
  | 'OUTAGE_BUDGET'
  /** Trust Marks issued to this Trust Anchor expire soon. */
  | 'OWN_TRUST_MARKS_EXPIRE'
  /** A Trust Mark issued to this Trust Anchor cannot be renewed. */
  | 'OWN_TRUST_MARK_FAILING'
  /** Someone who can approve has registered a passkey, which does not count for approvals yet. */
  | 'PASSKEY_REGISTERED'
  /** A pinned Trust Anchor publishes a configuration that no pinned key verifies. */
  | 'PINNED_ANCHOR_CHANGED'
  /** The keys of a pinned Trust Anchor have not been followed for a day. */
  | 'PINNED_ANCHOR_NOT_FOLLOWED'
  /** Publication is behind the changes, but goes on. */
  | 'PUBLICATION_BEHIND'
  /** Changes wait, and none of them is being published. */
  | 'PUBLICATION_STALLED'
  /** Redis cannot be reached: nothing is published. */
  | 'REDIS_UNREACHABLE'
  /** A step of the scheduled key rollover is ahead. It can be held. */
  | 'ROLLOVER_STEP_AHEAD'
  /** A step of the scheduled key rollover is due and cannot be done. */
  | 'ROLLOVER_STUCK'
  /** The last execution of a schedule failed. */
  | 'SCHEDULE_FAILING'
  /** A schedule that keeps the federation alive is switched off. */
  | 'SCHEDULE_OFF'
  /** Administrators sign in without a second factor. */
  | 'SECOND_FACTOR_MISSING'
  /** Subordinate Statements that nothing renews expire soon. */
  | 'STATEMENTS_EXPIRE'
  /** Published subordinates do not resolve. */
  | 'SUBORDINATES_DO_NOT_RESOLVE'
  /** Subordinate Statements have expired. */
  | 'SUBORDINATES_EXPIRED'
  /** Subordinates cannot be renewed. */
  | 'SUBORDINATES_FAILING'
  /** Subordinates have not been reachable for more than an hour. */
  | 'SUBORDINATES_UNREACHABLE'
  /** Trust Marks that nothing renews expire soon. */
  | 'TRUST_MARKS_EXPIRE'
  /** Trust Marks cannot be renewed. */
  | 'TRUST_MARKS_FAILING'
  /** Verifiers refuse Trust Marks, although they are not revoked. */
  | 'TRUST_MARKS_INVALID'
  /** A webhook has failed for an hour, or was paused because it failed. */
  | 'WEBHOOK_FAILING'
  /** Redis had withdrawn objects that the database, an older copy, would publish. They are held back. */
  | 'WITHDRAWALS_FOUND';

/** How bad an alert is. */
export type AlertSeverity =
  /** Services are refused now, or will be soon. */
  | 'CRITICAL'
  /** Something needs a person before it becomes critical. */
  | 'WARNING';

/** The key to create. */
export type AnnounceSigningKeyInput = {
  /** Its algorithm. */
  alg: SigningAlgorithm;
  /** The anchor: its slug or Entity Identifier. Where there are several, it is needed. */
  anchor?: string | null | undefined;
  /** A key that another program made in the store, instead of a new one: its CKA_ID in hexadecimal digits, or its id in AWS KMS. It signs once to prove that it fits, and is never destroyed by this server. */
  existing?: string | null | undefined;
  /** Where to create it; `SigningKeys.preferredStore` by default. */
  store?: KeyStore | null | undefined;
};

/** The source of the plan, and the hash of what was read. */
export type ApplyPlanInput = {
  /** The anchor: its slug or Entity Identifier. Where there are several, it is needed. */
  anchor?: string | null | undefined;
  /** Changes nothing: each item says what would happen. False by default. */
  dryRun?: boolean | null | undefined;
  /** The hash of the plan that was read. Absent: the plan as it is at that moment, and each object that it leaves alone is a failed item of the run. */
  hash?: string | null | undefined;
  /** Whether it is about the installation, instead of an anchor. It takes the rights of an administrator of the installation. False by default. A session must be recent. */
  installation?: boolean | null | undefined;
  /** Why, at most 1000 characters. The audit log and revoked marks keep it. */
  reason?: string | null | undefined;
  /** What is wanted. */
  source: PlanSourceInput;
};

/** An action: a mutation, or what a job or a command does. */
export type AuditAction =
  /** Changes a User. */
  | 'ACCEPT_INVITATION'
  /** Changes a Alert. */
  | 'ACKNOWLEDGE_ALERT'
  /** Changes a Organization. */
  | 'ADMIT_ORGANIZATION'
  /** Changes a TrustAnchor. */
  | 'ADOPT_WITHDRAWALS'
  /** Changes a Mirror. */
  | 'ANNOUNCE_MIRROR'
  /** Changes a SigningKey. */
  | 'ANNOUNCE_SIGNING_KEY'
  /** Changes a Run. */
  | 'APPLY_CONFIGURATION'
  /** Changes a Run. */
  | 'APPLY_PLAN'
  /** Changes a Approval. */
  | 'APPROVE'
  /** Changes a Request. */
  | 'APPROVE_REQUEST'
  /** Changes a Request. */
  | 'ASSIGN_REQUEST'
  /** Changes a AwaitedEntity. */
  | 'AWAIT_ENTITY'
  /** Changes a TrustAnchor. */
  | 'BACKUP'
  /** Changes a Approval. */
  | 'BYPASS_APPROVAL'
  /** Changes a Run. */
  | 'CANCEL_RUN'
  /** Changes a SigningKey. */
  | 'CHANGE_KEY_DIRECTORY'
  /** Changes a User. */
  | 'CHANGE_PASSWORD'
  /** Changes a Approval. */
  | 'COMMENT_APPROVAL'
  /** Changes a Request. */
  | 'COMMENT_REQUEST'
  /** Changes a User. */
  | 'CONFIRM_PASSKEY'
  /** Changes a ApiKey. */
  | 'CREATE_API_KEY'
  /** Changes a User. */
  | 'CREATE_INVITATION'
  /** Changes a Organization. */
  | 'CREATE_ORGANIZATION'
  /** Changes a TrustAnchor. */
  | 'CREATE_TRUST_ANCHOR'
  /** Changes a TrustMarkType. */
  | 'CREATE_TRUST_MARK_TYPE'
  /** Changes a User. */
  | 'CREATE_USER'
  /** Changes a Webhook. */
  | 'CREATE_WEBHOOK'
  /** Changes a Subordinate. */
  | 'DEACTIVATE_SUBORDINATE'
  /** Changes a TrustAnchor. */
  | 'DECIDE_WITHDRAWALS'
  /** Changes a User. */
  | 'DISABLE_TWO_FACTOR'
  /** Changes a User. */
  | 'ENABLE_TWO_FACTOR'
  /** Changes a User. */
  | 'END_ACCESS'
  /** Changes a Alert. */
  | 'END_ALERT'
  /** Changes a User. */
  | 'END_OTHER_SESSIONS'
  /** Changes a User. */
  | 'END_SESSION'
  /** Changes a User. */
  | 'ENROL_TWO_FACTOR'
  /** Changes a Run. */
  | 'EXECUTE_DRY_RUN'
  /** Changes a User. */
  | 'GENERATE_RECOVERY_CODES'
  /** Changes a TrustAnchor. */
  | 'IMPORT'
  /** Changes a TrustAnchor. */
  | 'IMPORT_ISSUED_TRUST_MARKS'
  /** Changes a TrustAnchor. */
  | 'IMPORT_SETTING'
  /** Changes a Subordinate. */
  | 'IMPORT_SUBORDINATE'
  /** Changes a Run. */
  | 'IMPORT_SUBORDINATES'
  /** Changes a TrustMark. */
  | 'IMPORT_TRUST_MARK'
  /** Changes a TrustMarkType. */
  | 'IMPORT_TRUST_MARK_TYPE'
  /** Changes a User. */
  | 'INVITE_PERSON'
  /** Changes a TrustMark. */
  | 'ISSUE_TRUST_MARK'
  /** Changes a TrustAnchor. */
  | 'MAKE_INTERMEDIATE'
  /** An action of another version. */
  | 'OTHER'
  /** Changes a Approval. */
  | 'OVERRIDE'
  /** Changes a TrustAnchor. */
  | 'PAUSE_TRUST_ANCHOR'
  /** Changes a Webhook. */
  | 'PAUSE_WEBHOOK'
  /** Changes a Run. */
  | 'PROMOTE_SUBORDINATES'
  /** Changes a AuditLog. */
  | 'PRUNE_AUDIT_LOG'
  /** Changes a TrustAnchor. */
  | 'PUBLISH_HISTORICAL_KEYS'
  /** Changes a Alert. */
  | 'RAISE_ALERT'
  /** Changes a Subordinate. */
  | 'REACTIVATE_SUBORDINATE'
  /** Changes a TrustAnchor. */
  | 'READD_SUBORDINATES'
  /** Changes a TrustAnchor. */
  | 'REBUILD_PUBLICATION'
  /** Changes a Approval. */
  | 'REFUSE'
  /** Changes a Request. */
  | 'REFUSE_REQUEST'
  /** Changes a TrustAnchor. */
  | 'REGENERATE_ENTITY_CONFIGURATION'
  /** Changes a User. */
  | 'REGISTER_PASSKEY'
  /** Changes a Subordinate. */
  | 'REGISTER_SUBORDINATE'
  /** Changes a TrustMark. */
  | 'REISSUE_TRUST_MARK'
  /** Changes a Run. */
  | 'REISSUE_TRUST_MARKS'
  /** Changes a TrustAnchor. */
  | 'RELOAD_ISSUED_TRUST_MARKS'
  /** Changes a Mirror. */
  | 'REMOVE_MIRROR'
  /** Changes a PublishedObject. */
  | 'REMOVE_OBJECT_BYTES'
  /** Changes a Organization. */
  | 'REMOVE_ORGANIZATION'
  /** Changes a User. */
  | 'REMOVE_PASSKEY'
  /** Changes a User. */
  | 'REMOVE_PERSON'
  /** Changes a Subordinate. */
  | 'REMOVE_SUBORDINATE'
  /** Changes a TrustAnchor. */
  | 'REMOVE_TRUST_ANCHOR'
  /** Changes a TrustMarkType. */
  | 'REMOVE_TRUST_MARK_TYPE'
  /** Changes a User. */
  | 'REMOVE_USER'
  /** Changes a Webhook. */
  | 'REMOVE_WEBHOOK'
  /** Changes a User. */
  | 'RENAME_PASSKEY'
  /** Changes a Subordinate. */
  | 'RENEW_SUBORDINATE'
  /** Changes a TrustMark. */
  | 'RENEW_TRUST_MARK'
  /** Changes a Webhook. */
  | 'REPLAY_WEBHOOK'
  /** Changes a Approval. */
  | 'REQUEST_APPROVAL'
  /** Changes a User. */
  | 'REQUEST_DOCUMENT_PASS'
  /** Changes a User. */
  | 'RESET_SECOND_FACTOR'
  /** Changes a User. */
  | 'RESET_USER_PASSWORD'
  /** Changes a TrustAnchor. */
  | 'RESTORE'
  /** Changes a AuditLog. */
  | 'RESTORE_VERSION'
  /** Changes a TrustAnchor. */
  | 'RESUME_TRUST_ANCHOR'
  /** Changes a SigningKey. */
  | 'RETIRE_KEY'
  /** Changes a Mail. */
  | 'RETRY_MAIL'
  /** Changes a Request. */
  | 'RETURN_REQUEST'
  /** Changes a ApiKey. */
  | 'REVOKE_API_KEY'
  /** Changes a SigningKey. */
  | 'REVOKE_KEY'
  /** Changes a TrustMark. */
  | 'REVOKE_TRUST_MARK'
  /** Changes a TrustAnchor. */
  | 'SCHEDULE_ROLLOVER'
  /** Changes a User. */
  | 'SECURE_USER'
  /** Changes a Session. */
  | 'SIGN_IN'
  /** Changes a Session. */
  | 'SIGN_OUT'
  /** Changes a Alert. */
  | 'SNOOZE_ALERT'
  /** Changes a Run. */
  | 'START_COLLECTION_WALK'
  /** Changes a Run. */
  | 'START_EVALUATION'
  /** Changes a Run. */
  | 'START_REBUILD'
  /** Changes a Run. */
  | 'START_RENEWAL'
  /** Changes a Run. */
  | 'START_REQUEST_APPROVAL'
  /** Changes a Run. */
  | 'START_SUBORDINATE_CHANGE'
  /** Changes a AwaitedEntity. */
  | 'STOP_AWAITING_ENTITY'
  /** Changes a Request. */
  | 'SUBMIT_REQUEST'
  /** Changes a SigningKey. */
  | 'SWITCH_SIGNING_KEY'
  /** Changes a Webhook. */
  | 'TEST_WEBHOOK'
  /** Changes a CheckPipeline. */
  | 'UPDATE_CHECK_PIPELINE'
  /** Changes a TrustAnchor. */
  | 'UPDATE_FEDERATION_POLICY'
  /** Changes a User. */
  | 'UPDATE_MAIL'
  /** Changes a User. */
  | 'UPDATE_NOTIFICATIONS'
  /** Changes a Organization. */
  | 'UPDATE_ORGANIZATION'
  /** Changes a User. */
  | 'UPDATE_PERSON'
  /** Changes a Protection. */
  | 'UPDATE_PROTECTION'
  /** Changes a Schedule. */
  | 'UPDATE_SCHEDULE'
  /** Changes a Subordinate. */
  | 'UPDATE_SUBORDINATE'
  /** Changes a TrustAnchor. */
  | 'UPDATE_TRUST_ANCHOR'
  /** Changes a TrustMark. */
  | 'UPDATE_TRUST_MARK'
  /** Changes a TrustMarkType. */
  | 'UPDATE_TRUST_MARK_TYPE'
  /** Changes a User. */
  | 'UPDATE_USER'
  /** Changes a Webhook. */
  | 'UPDATE_WEBHOOK'
  /** Changes a Request. */
  | 'WITHDRAW_REQUEST';

/** The outcome of an action. */
export type AuditOutcome =
  /** It failed for an expected reason. Nothing was changed. */
  | 'FAILED'
  /** It was refused: the caller lacks the right. */
  | 'REFUSED'
  /** It succeeded. */
  | 'SUCCEEDED';

/** A type of object that actions change. */
export type AuditResourceType =
  /** An object of type Alert. */
  | 'ALERT'
  /** An object of type ApiKey. */
  | 'API_KEY'
  /** An object of type Approval. */
  | 'APPROVAL'
  /** An object of type AuditLog. */
  | 'AUDIT_LOG'
  /** An object of type AwaitedEntity. */
  | 'AWAITED_ENTITY'
  /** An object of type CheckPipeline. */
  | 'CHECK_PIPELINE'
  /** An object of type Mail. */
  | 'MAIL'
  /** An object of type Mirror. */
  | 'MIRROR'
  /** An object of type Organization. */
  | 'ORGANIZATION'
  /** A type of another version. */
  | 'OTHER'
  /** An object of type Protection. */
  | 'PROTECTION'
  /** An object of type PublishedObject. */
  | 'PUBLISHED_OBJECT'
  /** An object of type Request. */
  | 'REQUEST'
  /** An object of type Run. */
  | 'RUN'
  /** An object of type Schedule. */
  | 'SCHEDULE'
  /** An object of type Session. */
  | 'SESSION'
  /** An object of type SigningKey. */
  | 'SIGNING_KEY'
  /** An object of type Subordinate. */
  | 'SUBORDINATE'
  /** An object of type TrustAnchor. */
  | 'TRUST_ANCHOR'
  /** An object of type TrustMark. */
  | 'TRUST_MARK'
  /** An object of type TrustMarkType. */
  | 'TRUST_MARK_TYPE'
  /** An object of type User. */
  | 'USER'
  /** An object of type Webhook. */
  | 'WEBHOOK';

/** How a caller authenticated. */
export type CallerMethod =
  /** With an API key. */
  | 'API_KEY'
  /** As a user of the server, with a command. */
  | 'CLI'
  /** Not at all: a job of the server. */
  | 'JOB'
  /** With a session of the console. */
  | 'SESSION'
  /** With single sign-on. */
  | 'SINGLE_SIGN_ON';

/** A configuration file. */
export type ConfigurationFileInput = {
  /** Its text: YAML or JSON. */
  content: string;
  /** Its name, for messages. */
  name: string;
};

/** What an anchor is for. */
export type Environment =
  /** Another purpose. */
  | 'OTHER'
  /** Services rely on it. */
  | 'PRODUCTION'
  /** Its members try things. */
  | 'TEST';

/** The kind of a failure. */
export type ErrorCode =
  /** There are several anchors, and the request names none. `extensions.anchors` has their slugs. Only as `extensions.code` of an error. */
  | 'ANCHOR_REQUIRED'
  /** A second person must approve the change. Only as `extensions.code` of an error, beside the id of the `approval`. */
  | 'APPROVAL_REQUIRED'
  /** The body of the request is not one of GraphQL over HTTP. Only as `extensions.code` of an error. */
  | 'BAD_REQUEST'
  /** An id or a cursor is malformed or out of date, arguments of a list do not go together, or the document is too large. Only as `extensions.code` of an error. */
  | 'BAD_USER_INPUT'
  /** The object already exists, someone else changed it first, or a configuration file says otherwise. */
  | 'CONFLICT'
  /** A session may send the documents of the console only, see `requestDocumentPass`. Only as `extensions.code` of an error. */
  | 'DOCUMENT_NOT_TRUSTED'
  /** The entity’s configuration failed a check. */
  | 'ENTITY_REJECTED'
  /** The role of the caller does not allow it. Only as `extensions.code` of an error. */
  | 'FORBIDDEN'
  /** The document has a fault of syntax. Only as `extensions.code` of an error. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The document does not fit the schema. Only as `extensions.code` of an error. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** Unexpected error. The server log has the details under `extensions.reference`. Only as `extensions.code` of an error. */
  | 'INTERNAL'
  /** A field has an invalid value. */
  | 'INVALID_INPUT'
  /** The key directory cannot be written by the admin server. */
  | 'KEY_DIRECTORY_READ_ONLY'
  /** The Accept header names no type of the answer: a subscription has `text/event-stream`. Only as `extensions.code` of an error. */
  | 'NOT_ACCEPTABLE'
  /** The object does not exist. */
  | 'NOT_FOUND'
  /** The document has several operations, and the request names none of them. Only as `extensions.code` of an error. */
  | 'OPERATION_RESOLUTION_FAILURE'
  /** The user must choose a new password first. Only as `extensions.code` of an error. */
  | 'PASSWORD_CHANGE_REQUIRED'
  /** The server has no document of this hash. Send the document. Only as `extensions.code` of an error. */
  | 'PERSISTED_QUERY_NOT_IN_LIST'
  /** The sign-in is not recent enough. Sign in again and repeat the operation. Never applies to API keys. */
  | 'REAUTHENTICATION_REQUIRED'
  /** The request is larger than the role of its caller allows. Only as `extensions.code` of an error. */
  | 'REQUEST_ENTITY_TOO_LARGE'
  /** The account needs a second factor first. `Viewer.factorStep` says what to do. Only as `extensions.code` of an error. */
  | 'SECOND_FACTOR_REQUIRED'
  /** Too many attempts from one address. Try again later. */
  | 'TOO_MANY_REQUESTS'
  /** The request has no session and no API key that is valid. Only as `extensions.code` of an error. */
  | 'UNAUTHENTICATED'
  /** A required service is unreachable, busy or full. Try again later. */
  | 'UNAVAILABLE'
  /** The step of a key rollover would invalidate data in caches. The message says until when. */
  | 'UNSAFE_KEY_CHANGE';

/** An optional endpoint of the federation server; fetch and list are always advertised. */
export type FederationEndpoint =
  /** Advertised as federation_collection_endpoint. */
  | 'COLLECTION'
  /** Advertised as federation_enroll_endpoint. */
  | 'ENROLL'
  /** Advertised as federation_extended_list_endpoint. */
  | 'EXTENDED_LIST'
  /** Advertised as federation_historical_keys_endpoint. */
  | 'HISTORICAL_KEYS'
  /** Advertised as federation_jwks_update_endpoint. */
  | 'JWKS_UPDATE'
  /** Advertised as federation_jwks_update_trigger_endpoint. */
  | 'JWKS_UPDATE_TRIGGER'
  /** Advertised as federation_resolve_endpoint. */
  | 'RESOLVE'
  /** Advertised as federation_self_check_endpoint. */
  | 'SELF_CHECK'
  /** Advertised as federation_subordinate_events_endpoint. */
  | 'SUBORDINATE_EVENTS'
  /** Advertised as federation_trust_mark_endpoint. */
  | 'TRUST_MARK'
  /** Advertised as federation_trust_mark_list_endpoint. */
  | 'TRUST_MARK_LIST'
  /** Advertised as federation_trust_mark_request_endpoint. */
  | 'TRUST_MARK_REQUEST'
  /** Advertised as federation_trust_mark_status_endpoint. */
  | 'TRUST_MARK_STATUS';

/** Where private keys are. */
export type KeyStore =
  /** AWS Key Management Service. */
  | 'AWSKMS'
  /** A file in the key directory. */
  | 'FILES'
  /** A hardware security module or another PKCS#11 token. */
  | 'PKCS11';

/** Configuration files. */
export type PlanFilesInput = {
  /** The commit of the files, at most 100 characters. The audit entry of each object names it. */
  commit?: string | null | undefined;
  /** The files of the anchor or the installation. What none of them names is not touched. */
  files: Array<ConfigurationFileInput>;
  /** Whether objects are removed that the set of the files described before and describes no longer. False by default. */
  prune?: boolean | null | undefined;
};

/** Entities to register. One that is registered already stays as it is. */
export type PlanListInput = {
  /** Further entities by their identifiers as written. */
  lines?: Array<string> | null | undefined;
  /** The entities, each with the fields of registerSubordinate; with the lines at most 10000. */
  subordinates?: Array<RegisterSubordinateInput> | null | undefined;
};

/** Subordinates of another anchor, with the Trust Mark types that they hold or require. */
export type PlanPromotionInput = {
  /** The anchor that has them, by slug or Entity Identifier. */
  from: string;
  /** The subordinates, at most 10000. */
  subordinates: SubordinateSelectionInput;
};

/** One change of many subordinates. One that would be refused is left alone. */
export type PlanSelectionInput = {
  /** What to do. */
  action: PlannedAction;
  /** The settings, for UPDATE only. */
  changes?: SubordinateSettingsInput | null | undefined;
  /** The owner’s delegation, to issue marks of a type with an owner (§7.2). */
  delegation?: string | null | undefined;
  /** Whether REMOVE revokes the Trust Marks that this anchor issued to each, too; true by default. For REMOVE only. */
  revokeTrustMarks?: boolean | null | undefined;
  /** The subordinates, at most 100000. */
  subordinates: SubordinateSelectionInput;
  /** The type, for ISSUE_TRUST_MARK and REVOKE_TRUST_MARK only. */
  trustMarkType?: string | null | undefined;
};

/** Settings and metadata policy of the anchor: an absent field keeps its value, null resets it to its default. */
export type PlanSettingsInput = {
  /** The days for which audit entries are kept, at least 30, because the Subordinate Events endpoint serves them; null: forever. */
  auditRetentionDays?: number | null | undefined;
  /** Its own superiors in other federations. */
  authorityHints?: Array<string> | null | undefined;
  /** The minutes between two checks of a subordinate. Null: three minutes, and up to an hour where there are more than 1,800 subordinates. */
  checkMinutes?: number | null | undefined;
  /** The color that marks it in the console, as `#rrggbb`. */
  color?: string | null | undefined;
  /** Constraints on every subordinate (§6.2). */
  constraints?: unknown;
  /** Its name for its operators. It is not published. */
  displayName?: string | null | undefined;
  /** Client authentication by endpoint (§8.8). */
  endpointAuthMethods?: unknown;
  /** The optional endpoints to advertise. */
  endpoints?: Array<FederationEndpoint> | null | undefined;
  /** The validity of its Entity Configuration in hours. */
  entityConfigurationHours?: number | null | undefined;
  /** What it is for. */
  environment?: Environment | null | undefined;
  /** The days for which a published object is kept after another one has replaced it; null: forever. */
  historyRetentionDays?: number | null | undefined;
  /** The maximum validity of a Subordinate Statement in hours. */
  maximumStatementHours?: number | null | undefined;
  /** The maximum validity of a Trust Mark in hours. */
  maximumTrustMarkHours?: number | null | undefined;
  /** The metadata policy of the federation (§6.1). */
  metadataPolicy?: unknown;
  /** Further informational parameters (§5.2.2). */
  organization?: unknown;
  /** The name of the federation operator. */
  organizationName?: string | null | undefined;
  /** The hours for which everything that is published stays valid without this installation: renewals are planned for that, and an alert says what does not keep it. Null: no budget. */
  outageBudget?: number | null | undefined;
  /** The days for which ended runs are kept. */
  runRetentionDays?: number | null | undefined;
  /** The default validity of a Subordinate Statement in hours. */
  statementHours?: number | null | undefined;
  /** Trust Anchors of other federations that it trusts. */
  trustAnchorHints?: Array<string> | null | undefined;
  /** Foreign Trust Anchors: Entity Identifier -> pinned JWK Set. */
  trustAnchors?: unknown;
  /** Issuers of other types: Trust Mark type -> list of Entity Identifiers. */
  trustMarkIssuers?: unknown;
  /** Trust Mark Owners: type -> {sub, jwks}. */
  trustMarkOwners?: unknown;
  /** Trust Marks issued to it. */
  trustMarks?: Array<string> | null | undefined;
};

/** What is wanted, in exactly one of these ways. */
export type PlanSourceInput =
  {   /** Configuration files. */
  files: PlanFilesInput; list?: never; promotion?: never; requests?: never; selection?: never; settings?: never; version?: never; }
  |  { files?: never;   /** Entities to register. */
  list: PlanListInput; promotion?: never; requests?: never; selection?: never; settings?: never; version?: never; }
  |  { files?: never; list?: never;   /** Subordinates of another anchor. */
  promotion: PlanPromotionInput; requests?: never; selection?: never; settings?: never; version?: never; }
  |  { files?: never; list?: never; promotion?: never;   /** The approval of requests. The reason of the plan is a message to each organization. */
  requests: RequestSelectionInput; selection?: never; settings?: never; version?: never; }
  |  { files?: never; list?: never; promotion?: never; requests?: never;   /** One change of many subordinates. */
  selection: PlanSelectionInput; settings?: never; version?: never; }
  |  { files?: never; list?: never; promotion?: never; requests?: never; selection?: never;   /** Settings and metadata policy of the anchor. */
  settings: PlanSettingsInput; version?: never; }
  |  { files?: never; list?: never; promotion?: never; requests?: never; selection?: never; settings?: never;   /** An earlier version of an object. */
  version: PlanVersionInput; };

/** An earlier version of settings, policy or a subordinate. Keys and state of a subordinate stay. */
export type PlanVersionInput = {
  /** The audit entry. */
  auditEventId: string | number;
  /** Which version of the entry; the one after its change by default. */
  side?: VersionSide;
};

/** What is done to each of many subordinates, as a plan. */
export type PlannedAction =
  /** Removes it from every endpoint and keeps its registration. */
  | 'DEACTIVATE'
  /** Issues a Trust Mark to it. */
  | 'ISSUE_TRUST_MARK'
  /** Publishes it again, with a new statement. */
  | 'REACTIVATE'
  /** Removes it from every endpoint, deletes its registration, and revokes its Trust Marks. */
  | 'REMOVE'
  /** Revokes its Trust Mark of a type. */
  | 'REVOKE_TRUST_MARK'
  /** Changes its settings. */
  | 'UPDATE';

/** An entity to register, with the settings of its Subordinate Statement. */
export type RegisterSubordinateInput = {
  /** Whether to publish it immediately; true by default. */
  active?: boolean | null | undefined;
  /** Additional claims of its statement; protected names are refused. */
  additionalClaims?: unknown;
  /** The anchor: its slug or Entity Identifier. Where there are several, it is needed. */
  anchor?: string | null | undefined;
  /** Whether its statement is renewed automatically; true by default. */
  autorenew?: boolean | null | undefined;
  /** The constraints for it and all entities below it; each takes precedence over the federation’s (§6.2). */
  constraints?: unknown;
  /** Its Entity Identifier. */
  entityId: string;
  /** Metadata in its statement that replaces the declared parameters (§3.1.1). */
  forcedMetadata?: unknown;
  /** Its keys, obtained out of band. Its configuration must verify with them, and the statement carries them. */
  jwks?: unknown;
  /** Metadata to record; its declared metadata by default. */
  metadata?: unknown;
  /** The metadata policy for it and all entities below it, merged with the federation’s (§6.1). */
  metadataPolicy?: unknown;
  /** The note of the operators, at most 4000 characters. It is never published. */
  note?: string | null | undefined;
  /** The organization that it belongs to; none by default. It is never published. */
  organizationId?: string | number | null | undefined;
  /** Types of the Trust Marks that it must hold to be registered and renewed. */
  requiredTrustMarks?: Array<string> | null | undefined;
  /** The tags of the operators, at most 20 with 1 to 40 characters each, unique without regard to case. They are never published. */
  tags?: Array<string> | null | undefined;
  /** The validity of its statement in hours, at most the federation’s maximum; null: the federation’s default. */
  validFor?: number | null | undefined;
};

/** What to renew. */
export type RenewalKind =
  /** Every active subordinate. */
  | 'SUBORDINATES'
  /** Every active Trust Mark. */
  | 'TRUST_MARKS';

/** Conditions, combined with AND; absent ones are ignored. */
export type RequestFilter = {
  /** It is assigned to the user of this username. */
  assignee?: string | null | undefined;
  /** It is about this entity. */
  entityId?: string | null | undefined;
  /** Whether it is assigned to an operator. */
  isAssigned?: boolean | null | undefined;
  /** Whether it is assigned to the caller. */
  isMine?: boolean | null | undefined;
  /** Whether it is open: it waits for an operator or for the organization. */
  isOpen?: boolean | null | undefined;
  /** What it is for. */
  kind?: RequestKind | null | undefined;
  /** It is of this organization. */
  organizationId?: string | number | null | undefined;
  /** Words in any order, each a part of the Entity Identifier or the name of the organization; case-insensitive. At most 16. */
  search?: string | null | undefined;
  /** Its state. */
  state?: RequestState | null | undefined;
};

/** What a request is for. */
export type RequestKind =
  /** To change the keys or the metadata that are recorded about an entity. */
  | 'CHANGE'
  /** To register an entity. */
  | 'REGISTER'
  /** To issue a Trust Mark to an entity. */
  | 'TRUST_MARK'
  /** To remove an entity from the federation. */
  | 'WITHDRAW';

/** The requests, in exactly one of these ways. */
export type RequestSelectionInput =
  {   /** All that match and wait for an operator, at most 10000; an empty filter matches all. */
  filter: RequestFilter; ids?: never; }
  |  { filter?: never;   /** By id, at most 10000. One that does not wait for an operator fails. */
  ids: Array<string | number>; };

/** The state of a request. In the first two it is open. */
export type RequestState =
  /** It was approved and executed. */
  | 'APPROVED'
  /** It was refused; the last step says why. */
  | 'REFUSED'
  /** The organization is asked to answer or change something. */
  | 'WAITING_FOR_MEMBER'
  /** An operator decides it. */
  | 'WAITING_FOR_OPERATOR'
  /** The organization withdrew it. */
  | 'WITHDRAWN';

/** The key to retire. */
export type RetireKeyInput = {
  /** Retires the key although caches may hold replaced statements and marks, or answers, that it signed. Verifiers must fetch these again. */
  acceptCopies?: boolean | null | undefined;
  /** The anchor: its slug or Entity Identifier. Where there are several, it is needed. */
  anchor?: string | null | undefined;
  /** The key id. */
  kid: string;
};

/** The state of a run. */
export type RunState =
  /** Cancelled by a user. */
  | 'CANCELLED'
  /** Stopped with an error, or every item failed. */
  | 'FAILED'
  /** Files were applied in part: some of their objects were refused. */
  | 'PARTLY'
  /** Waiting for a worker: newly started, or its worker stopped. */
  | 'QUEUED'
  /** Running. */
  | 'RUNNING'
  /** Completed; single items may have failed, and in a dry run each of them. */
  | 'SUCCEEDED';

/** An algorithm of signing keys. */
export type SigningAlgorithm =
  /** Ed448 of the JOSE registry. */
  | 'ED448'
  /** Ed25519 of the JOSE registry. */
  | 'ED25519'
  /** ES256 of the JOSE registry. */
  | 'ES256'
  /** ES384 of the JOSE registry. */
  | 'ES384'
  /** ES512 of the JOSE registry. */
  | 'ES512'
  /** ML-DSA-44 of the JOSE registry. */
  | 'ML_DSA_44'
  /** ML-DSA-65 of the JOSE registry. */
  | 'ML_DSA_65'
  /** ML-DSA-87 of the JOSE registry. */
  | 'ML_DSA_87'
  /** PS256 of the JOSE registry. */
  | 'PS256'
  /** RS256 of the JOSE registry. */
  | 'RS256';

/** The state of a key (§11.2). */
export type SigningKeyState =
  /** The next key: published, but not yet used to sign. */
  | 'ANNOUNCED'
  /** A key of a federation server, which signs answers of the moment only. A rollover does not count it. */
  | 'ANSWERS'
  /** The key that signs. */
  | 'CURRENT'
  /** A previous key: published to verify its signatures. */
  | 'PUBLISHED';

/** What to renew. */
export type StartRenewalInput = {
  /** The anchor: its slug or Entity Identifier. Where there are several, it is needed. */
  anchor?: string | null | undefined;
  /** Changes nothing: each item says what would happen. Only with subordinates. False by default. */
  dryRun?: boolean | null | undefined;
  /** Whether to renew only what is due, as the schedule does. */
  due?: boolean | null | undefined;
  /** The kind of object. */
  kind: RenewalKind;
  /** Why, at most 1000 characters. Only with subordinates. */
  reason?: string | null | undefined;
  /** Only these subordinates, at most 100000. Each gets a new statement in any case. */
  subordinates?: SubordinateSelectionInput | null | undefined;
};

/** Conditions, combined with AND; absent ones are ignored. */
export type SubordinateFilter = {
  /** Whether it is published. */
  active?: boolean | null | undefined;
  /** Its Entity Configuration, as last fetched, expires at this time or later. */
  configurationExpiresAfter?: string | null | undefined;
  /** Its Entity Configuration, as last fetched, expires before this time. */
  configurationExpiresBefore?: string | null | undefined;
  /** An Entity Type, such as `openid_provider`. */
  entityType?: string | null | undefined;
  /** Its statement expires at this time or later. */
  expiresAfter?: string | null | undefined;
  /** Its statement expires before this time. */
  expiresBefore?: string | null | undefined;
  /** Whether it has a problem: its state is neither `ACTIVE` nor `INACTIVE`. */
  hasProblem?: boolean | null | undefined;
  /** Whether it has subordinates. */
  intermediate?: boolean | null | undefined;
  /** It belongs to this organization. */
  organizationId?: string | number | null | undefined;
  /** It has this problem. */
  problem?: SubordinateProblemCode | null | undefined;
  /** Words in any order, each a part of the Entity Identifier, a name of it or its organization, a contact, its note or a tag; case-insensitive. At most 16. */
  search?: string | null | undefined;
  /** Its state. */
  state?: SubordinateState | null | undefined;
  /** It has all of these tags; case-insensitive. At most 20. */
  tags?: Array<string> | null | undefined;
  /** It holds a valid Trust Mark of this type, issued here. */
  trustMarkType?: string | null | undefined;
  /** Neither its metadata nor its keys name this algorithm: nothing shows that it can verify it. Every implementation should verify RS256 (§3). */
  withoutAlgorithm?: SigningAlgorithm | null | undefined;
};

/** What is wrong with a subordinate: a check of its registration that fails now, or another reason. */
export type SubordinateProblemCode =
  /** Not so: It names this Trust Anchor as its superior (§3.1.2). */
  | 'AUTHORITY_HINT'
  /** Not so: It satisfies the federation’s constraints (§6.2). */
  | 'CONSTRAINTS'
  /** Not so: It is about the entity itself (§3.1.1). */
  | 'IDENTITY'
  /** Not so: Its issuer is the entity itself (§5.1.3). */
  | 'ISSUER'
  /** Not so: Its keys match the ones you were given (§11.3). */
  | 'KEYS'
  /** Not so: It is within the limits of resolvers (§18.1). */
  | 'LIMITS'
  /** Not so: It declares at least one Entity Type (§5). */
  | 'METADATA'
  /** Not so: Its metadata satisfies the metadata policy (§6.1). */
  | 'METADATA_POLICY'
  /** Not so: Its metadata parameters have the types that the specifications define (§5.1). */
  | 'METADATA_TYPES'
  /** Not so: Publishes an Entity Configuration (§9). */
  | 'REACHABLE'
  /** A failed renewal that an earlier version recorded. */
  | 'RENEWAL'
  /** Not so: It is signed with the entity’s own keys (§3.2). */
  | 'SIGNATURE'
  /** Not so: The Entity Configuration is well-formed (§3.2). */
  | 'STATEMENT'
  /** Our statement about it has expired. */
  | 'STATEMENT_EXPIRED'
  /** Not so: It is valid now (§3.2). */
  | 'TIMES'
  /** Not so: It has the required Trust Marks (§7). */
  | 'TRUST_MARKS';

/** The subordinates, in exactly one of these ways. */
export type SubordinateSelectionInput =
  {   /** By Entity Identifier, at most 10000. An unknown one fails. */
  entityIds: Array<string>; filter?: never; ids?: never; }
  |  { entityIds?: never;   /** All that match, as in the list; an empty filter matches all. */
  filter: SubordinateFilter; ids?: never; }
  |  { entityIds?: never; filter?: never;   /** By id, at most 10000. */
  ids: Array<string | number>; };

/** Settings to change: an absent field keeps its value, null resets it to its default. */
export type SubordinateSettingsInput = {
  /** Tags to add. Each subordinate keeps its other tags. */
  addTags?: Array<string> | null | undefined;
  /** Additional claims of its statement; protected names are refused. */
  additionalClaims?: unknown;
  /** Whether its statement is renewed automatically; true by default. */
  autorenew?: boolean | null | undefined;
  /** The constraints for it and all entities below it; each takes precedence over the federation’s (§6.2). */
  constraints?: unknown;
  /** Metadata in its statement that replaces the declared parameters (§3.1.1). */
  forcedMetadata?: unknown;
  /** The metadata policy for it and all entities below it, merged with the federation’s (§6.1). */
  metadataPolicy?: unknown;
  /** The organization that they belong to. */
  organizationId?: string | number | null | undefined;
  /** Tags to remove, without regard to case. */
  removeTags?: Array<string> | null | undefined;
  /** Types of the Trust Marks that it must hold to be registered and renewed. */
  requiredTrustMarks?: Array<string> | null | undefined;
  /** The validity of its statement in hours, at most the federation’s maximum; null: the federation’s default. */
  validFor?: number | null | undefined;
};

/** The state of a subordinate. */
export type SubordinateState =
  /** Published, and its last check succeeded. */
  | 'ACTIVE'
  /** Published, but a third party would refuse it; `problem` names the rule at fault. */
  | 'DOES_NOT_RESOLVE'
  /** Its statement has expired: it does not resolve. */
  | 'EXPIRED'
  /** It resolves, but cannot be renewed, for example without a required Trust Mark; the present statement is served until it expires. */
  | 'FAILING'
  /** Deactivated: no endpoint serves it. */
  | 'INACTIVE'
  /** Published, but its Entity Configuration could not be fetched at the last check. */
  | 'UNREACHABLE';

/** Options of the switch; none by default. */
export type SwitchSigningKeyInput = {
  /** The anchor: its slug or Entity Identifier. Where there are several, it is needed. */
  anchor?: string | null | undefined;
  /** Switches although caches may lack the key, for this reason (kept in the audit log). Verifiers must fetch the Entity Configuration again. */
  overrideReason?: string | null | undefined;
};

/** Which of the two versions of an audit entry. */
export type VersionSide =
  /** The version after the recorded change. */
  | 'AFTER'
  /** The version before the recorded change. */
  | 'BEFORE';

export type AlertsChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type AlertsChangedSubscription = { alertsChanged: Array<{ id: string, severity: AlertSeverity, code: AlertCode, message: string, since: string }> };

export type AnnounceKeyMutationVariables = Exact<{
  input: AnnounceSigningKeyInput;
}>;


export type AnnounceKeyMutation = { announceSigningKey:
    | { __typename: 'AnnounceSigningKeySuccess', signingKey: { kid: string } }
    | { __typename: 'ConflictError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'KeyDirectoryReadOnlyError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'ReauthenticationRequiredError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string, path: Array<string> | null }
   };

export type AuditLogQueryVariables = Exact<{
  last: number;
  before?: string | null | undefined;
}>;


export type AuditLogQuery = { auditEvents: { edges: Array<{ cursor: string, node: { id: string, at: string, anchorSlug: string | null, method: CallerMethod, action: AuditAction, resourceType: AuditResourceType, resource: string, outcome: AuditOutcome, reason: string | null, previousHash: string, hash: string, actor: { username: string }, changes: Array<{ path: string, before: unknown, after: unknown }> } }>, pageInfo: { hasPreviousPage: boolean, startCursor: string | null } } };

export type ImportMembersMutationVariables = Exact<{
  input: ApplyPlanInput;
}>;


export type ImportMembersMutation = { applyPlan:
    | { __typename: 'ApplyPlanSuccess', run: { id: string } }
    | { __typename: 'ConflictError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'ReauthenticationRequiredError', code: ErrorCode, message: string, path: Array<string> | null }
   };

export type MembersQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: SubordinateFilter | null | undefined;
}>;


export type MembersQuery = { subordinates: { edges: Array<{ node: { entityId: string, displayName: string | null, state: SubordinateState, entityTypes: Array<string>, tags: Array<string>, registeredAt: string, problem: { code: SubordinateProblemCode, message: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PolicyPreviewQueryVariables = Exact<{
  policy: unknown;
  after?: string | null | undefined;
}>;


export type PolicyPreviewQuery = { previewMetadataPolicy: { hasMore: boolean, affected: Array<{ entityId: string, before: unknown, findings: Array<string> }> } };

export type RegisterMemberMutationVariables = Exact<{
  input: RegisterSubordinateInput;
}>;


export type RegisterMemberMutation = { registerSubordinate:
    | { __typename: 'ConflictError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'EntityRejectedError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'RegisterSubordinateSuccess', subordinate: { id: string, entityId: string, state: SubordinateState } }
   };

export type ReissueTrustMarksMutationVariables = Exact<{ [key: string]: never; }>;


export type ReissueTrustMarksMutation = { reissueTrustMarks:
    | { __typename: 'ConflictError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'ReissueTrustMarksSuccess', run: { id: string } }
   };

export type RetireKeyMutationVariables = Exact<{
  input: RetireKeyInput;
}>;


export type RetireKeyMutation = { retireKey:
    | { __typename: 'ConflictError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'KeyDirectoryReadOnlyError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'ReauthenticationRequiredError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'RetireKeySuccess', historicalKey: { kid: string } }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'UnsafeKeyChangeError', safeFrom: string | null, code: ErrorCode, message: string, path: Array<string> | null }
   };

export type RunProgressSubscriptionVariables = Exact<{
  runId: string | number;
  after?: number | null | undefined;
}>;


export type RunProgressSubscription = { runProgress: { run: { state: RunState, total: number | null, done: number, failed: number, error: string | null, endedAt: string | null }, item: { sequence: number | null, resource: string, ok: boolean | null, message: string | null } | null } };

export type SigningKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type SigningKeysQuery = { signingKeys: { keys: Array<{ kid: string, alg: string, state: SigningKeyState, signsSince: string | null, usableFrom: string | null, superiorFaults: Array<string> }> } | null };

export type StartRenewalMutationVariables = Exact<{
  input: StartRenewalInput;
}>;


export type StartRenewalMutation = { startRenewal:
    | { __typename: 'ConflictError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'InvalidInputError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'StartRenewalSuccess', run: { id: string } }
   };

export type SwitchKeyMutationVariables = Exact<{
  input?: SwitchSigningKeyInput | null | undefined;
}>;


export type SwitchKeyMutation = { switchSigningKey:
    | { __typename: 'KeyDirectoryReadOnlyError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'NotFoundError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'ReauthenticationRequiredError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'SwitchSigningKeySuccess', signingKey: { kid: string } }
    | { __typename: 'UnavailableError', code: ErrorCode, message: string, path: Array<string> | null }
    | { __typename: 'UnsafeKeyChangeError', safeFrom: string | null, code: ErrorCode, message: string, path: Array<string> | null }
   };
