/** The checks of which operators compose pipelines, with what they look at. */

export const pipelineChecks = {
  OPENID_METADATA: {
    title: 'Its OpenID metadata is complete, and its keys can be fetched',
    section: '5.1',
    advice: 'The entity must correct its metadata.',
  },
  ORGANIZATION_NAME: {
    title: 'It declares the name of its organization',
    section: '5.2.2',
    advice: 'The entity must declare the name under which its organization is recorded here.',
  },
  TRUST_MARKS_HELD: {
    title: 'It holds the Trust Marks that are asked for',
    section: '7',
    advice: 'Ask for the Trust Marks first, or add them to the Entity Configuration.',
  },
  ON_LIST: {
    title: 'It is on a list of the operators',
    section: null,
    advice: 'Ask the operators to put the entity on their list.',
  },
  DECISION_SERVICE: {
    title: 'A service of the federation agrees',
    section: null,
    advice: null,
  },
  TERMS_ACCEPTED: {
    title: 'The organization accepted the terms',
    section: null,
    advice: 'Read the terms and accept them with the request.',
  },
} as const satisfies Record<string, { title: string; section: string | null; advice: string | null }>

export type PipelineCheckName = keyof typeof pipelineChecks

export const pipelineCheckNames = Object.keys(pipelineChecks) as PipelineCheckName[] // the keys of the table
