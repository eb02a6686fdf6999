/** What the SDK of AWS reads from the environment, as far as we must know it too. */

/** Whether the object store is one of our own, which rarely has a host name for each bucket. */
export const hasOwnEndpoint = ({ AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3 } = process.env): boolean =>
  Boolean(AWS_ENDPOINT_URL || AWS_ENDPOINT_URL_S3)
