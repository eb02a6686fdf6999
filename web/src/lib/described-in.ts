/** What configuration files say of an object. */
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment DescriptionFields on ConfigurationDescription {
    file set commit appliedAt fields differs withdrawnAt withdrawnBy
  }
`)
