/** Checks each statement of a Trust Chain against each rule, to report every fault (§10.2). */
import { type EntityStatement, validateEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import type { PolicyExplanation } from '#core/metadata-policy/index.ts'
import { checkConstraints } from '#core/trust-chain/index.ts'
import { adviceFor } from '#server/services/entity/resolution-advice.ts'

export type StatementCheck = {
  /** Position in the chain, 0 for the subject's Entity Configuration. */
  statement: number
  name: StatementCheckName
  passed: boolean
  /** The finding as a sentence; for a failure, also what to do. */
  message: string
}

/** A statement with its place in the chain. */
type Subject = {
  chain: readonly EntityStatement[]
  position: number
  statement: EntityStatement
  trustAnchorKeys: JwkSet
  now: number
  policy: PolicyExplanation['steps']
}

type Rule = {
  title: string
  section: string
  /** Whether the rule applies to this statement. */
  applies(subject: Subject): boolean
  /** Returns a sentence about a statement that passes. @throws FederationError with the fault */
  look(subject: Subject): string | Promise<string>
}

const refuse = (check: string, message: string) =>
  new FederationError('invalid_trust_chain', message, { check })

const always = () => true

export const statementChecks = {
  SUBJECT: {
    title: 'It is linked to the previous statement',
    section: '4',
    applies: always,
    look({ chain, position, statement: { claims } }) {
      const expected = chain[position - 1]?.claims.iss ?? claims.iss
      if (claims.sub !== expected) throw refuse('link', `It is about ${claims.sub}, not about ${expected}.`)
      return claims.iss === claims.sub
        ? `It is ${claims.iss}’s statement about itself.`
        : `It is ${claims.iss}’s statement about ${claims.sub}.`
    },
  },
  AUTHORITY_HINT: {
    title: 'The entity names this superior',
    section: '3.1.2',
    // A chain does not contain the configurations of Intermediates, and so not their hints.
    applies: ({ position }) => position === 1,
    look({ chain: [configuration], statement: { claims } }) {
      if (configuration?.claims.authority_hints?.includes(claims.iss))
        return `${claims.iss} is among its authority hints.`
      throw refuse('authority_hints', `${claims.iss} is not among the authority hints of ${claims.sub}.`)
    },
  },
  TIMES: {
    title: 'It is valid now',
    section: '3.2',
    applies: always,
    look({ statement, now }) {
      validateEntityStatement(statement, { now })
      return 'It was issued before now and expires later.'
    },
  },
  SIGNATURE: {
    title: 'Its signature verifies with its issuer’s keys',
    section: '10.2',
    applies: always,
    async look({ chain, position, statement, trustAnchorKeys, now }) {
      const above = chain[position + 1]
      await verifySignature(statement, above?.claims.jwks ?? trustAnchorKeys, { now })
      // The subject's Entity Configuration must also verify with its own keys.
      if (position === 0) await verifySignature(statement, statement.claims.jwks, { now })
      const by = above ? `which ${above.claims.iss} published for it` : 'a key of the Trust Anchor'
      return `Signed with the key ${statement.header.kid}, ${by}.`
    },
  },
  CONSTRAINTS: {
    title: 'The entities below satisfy its constraints',
    section: '6.2',
    applies: ({ statement }) => statement.claims.constraints !== undefined,
    look({ chain, position }) {
      checkConstraints(chain.map((statement, at) => (at === position ? statement : unconstrained(statement))))
      return 'Path length and names below it are within its limits.'
    },
  },
  METADATA_POLICY: {
    title: 'The metadata satisfies its policy',
    section: '6.1',
    applies: ({ statement }) => statement.claims.metadata_policy !== undefined,
    look({ statement: { claims }, policy }) {
      const failed = policy.filter(({ error, setBy }) => error !== undefined && setBy.includes(claims.iss))
      if (failed.length === 0) return 'The metadata passes this policy.'
      throw refuse('metadata_policy', failed.map(({ error }) => error).join(' '))
    },
  },
} as const satisfies Record<string, Rule>

export type StatementCheckName = keyof typeof statementChecks

function unconstrained({ claims, ...statement }: EntityStatement): EntityStatement {
  const { constraints: _, ...rest } = claims
  return { ...statement, claims: rest }
}

export async function checkStatements(
  chain: readonly EntityStatement[],
  context: Pick<Subject, 'trustAnchorKeys' | 'now' | 'policy'>,
): Promise<StatementCheck[]> {
  const found: StatementCheck[] = []
  for (const [position, statement] of chain.entries()) {
    const subject = { ...context, chain, position, statement }
    for (const [name, rule] of Object.entries(statementChecks) as [StatementCheckName, Rule][]) {
      if (rule.applies(subject)) found.push({ statement: position, name, ...(await resultOf(rule, subject)) })
    }
  }
  return found
}

async function resultOf(rule: Rule, subject: Subject): Promise<Pick<StatementCheck, 'passed' | 'message'>> {
  try {
    return { passed: true, message: await rule.look(subject) }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    return { passed: false, message: `${error.message} ${adviceFor(error)}`.trim() }
  }
}
