/**
 * Repeats requests that were refused while the session was replaced. The server ends the old session before the browser
 * has the cookie of the new one, so a request in between is refused.
 */
const underWay = new Set<Promise<unknown>>()
let ended = 0

/** Runs a request that may replace the session. */
export async function exchange<Answer>(request: Promise<Answer>): Promise<Answer> {
  underWay.add(request)
  try {
    return await request
  } finally {
    underWay.delete(request)
    ended++
  }
}

/** Sends a request again if it was refused during a replacement of the session. */
export async function acrossExchanges<Answer>(
  send: () => PromiseLike<Answer>,
  isRefused: (answer: Answer) => boolean,
): Promise<Answer> {
  const before = ended
  const answer = await send()
  if (!isRefused(answer)) return answer
  await Promise.allSettled(underWay)
  return ended === before ? answer : send()
}
