/** Executes in this process the commands that a shell starts with here.mjs: the program takes a second for each. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { executeHere } from '#test/helpers/execution.ts'
import { root } from './document.ts'

export type CommandServer = {
  /** What a script has for `./inmor`. */
  command: string
  environment: { INMOR_HERE: string }
  close(): void
}

/** Listens on a Unix socket at `path`. */
export async function startCommandServer(path: string): Promise<CommandServer> {
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    const { words, environment, input } = JSON.parse(await text(socket)) // of here.mjs
    socket.end(JSON.stringify(await executeHere(words, environment, input)))
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    command: `node ${root('test/docs/here.mjs')}`,
    environment: { INMOR_HERE: path },
    close: () => server.close(),
  }
}
