/** `node here.mjs WORDS`: has the process behind the socket INMOR_HERE execute a command with these words and variables. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

const { INMOR_HERE, ...environment } = process.env
const order = { words: process.argv.slice(2), environment, input: await text(process.stdin) }
const socket = connect(INMOR_HERE)
socket.end(JSON.stringify(order))
const { code, stdout, stderr } = JSON.parse(await text(socket))
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = code
