/**
 * Free ports of loopback, for programs that are told their port. They lie below the range from which the system takes
 * ports for connections, and each worker of a test run has its own block: no other program takes a port between its
 * choice and its use.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'

const FIRST = 10_000
const BLOCK = 1_000
const BLOCKS = 22

const block = (Number(process.env.VITEST_POOL_ID ?? 1) - 1) % BLOCKS
/** Starts anywhere in the block, so that two test runs on one machine seldom choose the same port. */
let next = Math.floor(Math.random() * BLOCK)

/** A port on which nothing listens; it is not given out again until the block is used up. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < BLOCK; tries += 1) {
    const port = FIRST + block * BLOCK + next
    next = (next + 1) % BLOCK
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${FIRST + block * BLOCK} on is free`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, 'localhost')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
