/** Trust Chains: their shape, building, validation and expiry (§4, §10, §11). */
import { notOurs } from './requirement.ts'

export const trustChains = {
  '4/order': "A chain begins with its subject's Entity Configuration and goes up statement by statement.",
  '4/end': "The Trust Anchor's Entity Configuration ends the chain, or may be left out.",
  '4/anchor-keys':
    "The Trust Anchor's keys come from outside the chain; they verify its last statements (§10).",
  '4.3/no-chain-headers':
    'Entity Statements have neither trust_chain nor peer_trust_chain in their header (§4.4).',
  '4.3/same-anchor': notOurs(
    'Chains in the headers of authentication and registration requests end at the same Trust Anchor (§4.4).',
    'Relying Parties and OpenID Providers exchange these requests.',
  ),
  '10.1/climb': 'The chain is built from the Entity Configuration upwards over authority_hints.',
  '10.1/fetch-once': 'A statement that was obtained is not fetched again in the same run.',
  '10.1/loop': 'An authority hint that leads to a loop is not used, and no chain has one.',
  '10.2/claims': 'Every statement has its required claims, an iat that is past and an exp to come.',
  '10.2/first': 'The first statement has its subject as issuer and verifies with its own keys.',
  '10.2/linked': 'The issuer of each statement is the subject of the one above.',
  '10.2/signatures': 'The signature of each statement verifies with a key that the one above states.',
  '10.2/anchor': 'The last issuer is the Trust Anchor that was asked for.',
  '10.2/unchanged': 'A chain that was changed anywhere does not validate.',
  '10.2/metadata': 'After the chain its metadata is resolved (§6.1.4).',
  '10.2/constraints': 'The constraints of every statement are enforced (§6.2).',
  '10.4/exp': 'A chain expires with the first of its statements.',
  '11/refresh': 'An expired chain is refreshed.',
  '12/registration': notOurs(
    'Client registration validates chains, and does not outlive them.',
    'OpenID Providers register clients; this is no OpenID Provider.',
  ),
} as const
