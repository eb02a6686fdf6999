/** Writes an operation as a command or a program that sends it with an API key. The key is a placeholder. */

import type { Call } from './snippet/call.ts'
import { writeCurl } from './snippet/curl.ts'
import { writeFetch } from './snippet/fetch.ts'
import { writePython } from './snippet/python.ts'

export const languages = [
  { name: 'curl', write: writeCurl, setUp: 'Set INMOR_KEY to an API key, then run it in a shell.' },
  { name: 'fetch', write: writeFetch, setUp: 'A module for Node.js. Set INMOR_KEY to an API key.' },
  { name: 'Python', write: writePython, setUp: 'Needs no packages. Set INMOR_KEY to an API key.' },
] as const satisfies readonly { name: string; write: (call: Call) => string; setUp: string }[]
