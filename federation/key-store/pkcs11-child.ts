/**
 * Runs a PKCS#11 module in a process of its own. A module is native code that may hang or crash: a hung thread of ours
 * could not be ended, not even at exit, but a process can be killed. The PIN and the keys of the session are there only.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { environmentWithoutPin } from './environment.ts'
import {
  type Answered,
  PROCESS_ENDED,
  type TokenCall,
  TokenError,
  type TokenValue,
} from './pkcs11-message.ts'

export type TokenProcess = {
  /** @throws TokenError */
  call(call: TokenCall): Promise<TokenValue>
  /** Calls under way fail with `reason`, or because the process ended. */
  kill(reason?: Error): void
}

const ENDED =
  'The process of the PKCS#11 module ended. It is started again. If it ends again, check the module with the tool of its vendor.'

const program = fileURLToPath(import.meta.resolve('./pkcs11-process.ts'))

type Pending = { resolve(value: TokenValue): void; reject(error: Error): void }

/** `threads`: signatures that the module may work on at once. */
export function startTokenProcess(threads: number, onEnd: () => void): TokenProcess {
  const child = fork(program, [], {
    env: { ...environmentWithoutPin(), UV_THREADPOOL_SIZE: String(threads) },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const pending = new Map<number, Pending>()
  let last = 0
  let hasEnded = false

  function settle({ number, value, failure }: Answered): void {
    const its = pending.get(number)
    pending.delete(number)
    if (failure) its?.reject(new TokenError(failure.code, failure.message))
    else its?.resolve(value ?? {})
    if (pending.size === 0) release(child)
  }

  function end(reason: Error = new TokenError(PROCESS_ENDED, ENDED)): void {
    if (hasEnded) return
    hasEnded = true
    process.off('exit', killAtExit)
    for (const { reject } of pending.values()) reject(reason)
    pending.clear()
    onEnd()
  }

  function kill(reason?: Error): void {
    child.kill('SIGKILL')
    end(reason)
  }

  const killAtExit = () => kill()

  child.on('message', (message) => settle(message as Answered)) // our own program sends it
  child.on('error', () => end())
  child.on('exit', () => end())
  process.once('exit', killAtExit)
  release(child)

  return {
    call(call) {
      const { promise, resolve, reject } = Promise.withResolvers<TokenValue>()
      last += 1
      pending.set(last, { resolve, reject })
      if (pending.size === 1) hold(child)
      child.send({ number: last, call }, (error) => {
        if (error) end()
      })
      return promise
    },
    kill,
  }
}

/** An idle process must not keep ours running. */
function release(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
}

function hold(child: ChildProcess): void {
  child.ref()
  child.channel?.ref()
}
