/** Describes the checks that operators compose for requests. The titles are those that a request shows. */
import type { PipelineCheckName, PipelineFailureRule } from '#lib/gql/graphql.ts'

export const checkKinds: Readonly<Record<PipelineCheckName, { title: string; explanation: string }>> = {
  OPENID_METADATA: {
    title: 'Its OpenID metadata is complete, and its keys can be fetched',
    explanation: 'Looks at providers and clients of OpenID Connect (§5.1). It does not apply to others.',
  },
  ORGANIZATION_NAME: {
    title: 'It declares the name of its organization',
    explanation:
      'Its organization_name (§5.2.2) must be the name that is recorded for the organization here.',
  },
  TRUST_MARKS_HELD: {
    title: 'It holds the Trust Marks that are asked for',
    explanation: 'Valid marks that are issued here, or that are in its Entity Configuration (§7).',
  },
  ON_LIST: {
    title: 'It is on a list of the operators',
    explanation: 'The entity is on the list, or its organization has one of the tags.',
  },
  DECISION_SERVICE: {
    title: 'A service of the federation agrees',
    explanation: 'An HTTP service of yours gets a signed request, and answers whether the check passed.',
  },
  TERMS_ACCEPTED: {
    title: 'The organization accepted the terms',
    explanation: 'The portal shows the text. The request is sent once its organization accepts it.',
  },
}

/** What a failed check leads to. */
export const failureRules: Readonly<Record<PipelineFailureRule, { label: string; explanation: string }>> = {
  REFUSE: {
    label: 'Refuse the request',
    explanation: 'It is not sent. The organization reads what failed, and can try again.',
  },
  ASK: {
    label: 'Ask an operator',
    explanation: 'It is sent, and the operator who decides it sees a warning.',
  },
}
