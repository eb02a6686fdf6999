/** What an invitation says, in words. */
import type { InvitationOfferQuery } from '#lib/gql/graphql.ts'

type Offer = Pick<
  InvitationOfferQuery['invitation'],
  'invitedBy' | 'isOperator' | 'organizations' | 'federations'
>

/** `Lund, Oslo, and Umeå`. */
export const listed = (names: readonly string[]) => new Intl.ListFormat('en').format(names)

const federationOf = ({ federations }: Offer) => listed(federations) || 'an OpenID Federation'

export const inviterInWords = (offer: Offer) =>
  offer.invitedBy ?? (offer.isOperator ? 'an administrator' : `the operators of ${federationOf(offer)}`)

export function invitationInWords(offer: Offer): string {
  const federation = federationOf(offer)
  if (offer.isOperator) return `You are invited to the console of ${federation}.`
  return `You are invited to act for ${listed(offer.organizations)} in ${federation}. You will see its entities, and can send requests about them to the operators.`
}
