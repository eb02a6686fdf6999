/** An admin server as a process, which looks at the rollover of the signing key at each SIGUSR2 instead of each hour. */
import { readServerConfig } from '#server/config/config.ts'
import { createServerLog } from '#server/process/log.ts'
import { startAdminServer } from '#server/process/start.ts'

const log = createServerLog('info')
const server = await startAdminServer(readServerConfig(), log)
process.on('SIGUSR2', () => void server.anchors.first.runDue('key-rollover', new Date()))
log.info('the admin server is ready')
