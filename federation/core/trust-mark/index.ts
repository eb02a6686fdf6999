/** Trust Marks, their delegation, status and recognition (§7, §8.4). */
export {
  buildDelegation,
  type Delegation,
  type DelegationClaims,
  TRUST_MARK_DELEGATION_TYP,
  verifyDelegation,
} from './delegation.ts'
export {
  isRecognizedTrustMark,
  parseTrustMarkIssuers,
  parseTrustMarkOwner,
  parseTrustMarkOwners,
  type TrustMarkIssuers,
  type TrustMarkOwner,
  type TrustMarkOwners,
} from './recognition.ts'
export {
  buildTrustMarkStatus,
  TRUST_MARK_STATUS_TYP,
  type TrustMarkStatus,
  type TrustMarkStatusClaims,
} from './status.ts'
export {
  buildTrustMark,
  checkDelegation,
  parseTrustMark,
  TRUST_MARK_TYP,
  type TrustMark,
  type TrustMarkClaims,
  trustMarkProtectedClaims,
  type VerifiedTrustMark,
  verifyParsedTrustMark,
  verifyTrustMark,
} from './trust-mark.ts'
