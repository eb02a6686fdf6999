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

/** A user without a role acts for organizations, and sees the portal instead of the console. */
export const isMemberOnly = ({ hasRole }: { hasRole: boolean }) => !hasRole
