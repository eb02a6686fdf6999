/** Sends the commands of one turn of the event loop with one write. */
import type { Socket } from 'node:net'
import type { Redis } from 'ioredis'

/** Returns a function to call before a command. */
export function createJoinedWrites(redis: Redis): () => void {
  let isJoining = false
  return () => {
    const stream = redis.stream as Socket | undefined // a Cluster has one for each node
    if (isJoining || !stream) return
    isJoining = true
    stream.cork()
    setImmediate(() => {
      isJoining = false
      stream.uncork()
    })
  }
}
