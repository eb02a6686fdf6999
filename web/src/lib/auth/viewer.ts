/** The signed-in user, as the console and the portal know it. */
import type { FactorStep } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment ViewerFields on Viewer {
    username name role hasRole mayOperate mayAdminister mayManage factorStep passwordChange
    organizations { id name }
  }
`)

/** To learn of changes while a page is open. */
export const Rights = graphql(`
  query Rights { viewer { ...ViewerFields } }
`)

type Step = { factorStep: FactorStep | null }

/** The password was not enough: the account has a factor, which the session must use before anything else. */
export const mustUseFactor = ({ factorStep }: Step) =>
  factorStep === 'USE_PASSKEY' || factorStep === 'USE_CODE'

export const mustSetUpFactor = ({ factorStep }: Step) => factorStep === 'SET_UP'

/** A user without a role acts for organizations, and sees the portal instead of the console. */
export const isMemberOnly = ({ hasRole }: { hasRole: boolean }) => !hasRole
