/** The signed-in user, as the console and the portal know it. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment ViewerFields on Viewer {
    username name role hasRole mayOperate mayAdminister mayManage lacksSecondFactor passwordChange
    organizations { id name }
  }
`)

/** To learn of changes while a page is open. */
export const Rights = graphql(`
  query Rights { viewer { ...ViewerFields } }
`)

type Member = { hasRole: boolean; organizations: readonly unknown[] }

/** Members without a role see the portal instead of the console. */
export const isMemberOnly = ({ hasRole, organizations }: Member) => !hasRole && organizations.length > 0
