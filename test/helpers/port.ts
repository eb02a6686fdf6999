/**
 * Chooses free ports of loopback for programs that need a fixed port. They are below the range from which the system
 * takes ports for connections, and each worker of a test run has its own block, so no other program takes a port
 * between its choice and its use. They are above 10080, the last port that `fetch` refuses (Fetch Standard, "bad port").
 */
import { once } from 'node:events'
import { createServer } from 'node:net'

const FIRST = 11_000
const BLOCK = 1_000
const BLOCKS = 21

const block = (Number(process.env.VITEST_POOL_ID ?? 1) - 1) % BLOCKS
/** Starts anywhere in the block, so that two test runs on one machine seldom choose the same port. */
let next = Math.floor(Math.random() * BLOCK)

/** A port on which nothing listens; it is not given out again until the block is used up. */
export const freePort = () => freePorts(1)

/** The first of `count` consecutive free ports, none of which is given out again until the block is used up. */
export async function freePorts(count: number): Promise<number> {
  let found = 0
  for (let tries = 0; tries < BLOCK; tries += 1) {
    if (next === 0) found = 0 // the block has begun again
    const port = FIRST + block * BLOCK + next
    next = (next + 1) % BLOCK
    found = (await isFree(port)) ? found + 1 : 0
    if (found === count) return port - count + 1
  }
  throw new Error(`No ${count} consecutive ports from ${FIRST + block * BLOCK} on are free.`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port) // on every address
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
