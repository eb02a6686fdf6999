/** For scripts, which import it: what is thrown ends them with its code and its sentence, without a stack. */
process.on('uncaughtException', ({ message }) => {
  console.error(message)
  process.exit(1)
})
