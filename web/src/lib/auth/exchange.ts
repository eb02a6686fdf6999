/**
 * Requests that may put another session in the place of ours. The server ends the old one before its answer brings the
 * cookie of the new one, so what is asked in between is refused for want of a session that we are about to have.
 */
const underWay = new Set<Promise<unknown>>()
let ended = 0

/** `request` may be such a request. */
export async function exchange<Answer>(request: Promise<Answer>): Promise<Answer> {
  underWay.add(request)
  try {
    return await request
  } finally {
    underWay.delete(request)
    ended++
  }
}

/** Sends again what was refused while sessions were exchanged, once they are. */
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
