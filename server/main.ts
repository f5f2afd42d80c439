/**
 * The server as a process: configuration, start, end. Exit code 78 when whoever runs it has something to mend.
 *
 * Asked to end, it lets nobody in, sends its sockets away, commits, and closes the database, which folds the
 * write-ahead log into it; whatever hangs, it is gone within ten seconds (D-02).
 */
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { runCommand } from './command.ts'
import { isLoopback, readConfig } from './config.ts'
import { createLog } from './log.ts'
import { builtClientFolder, startServer } from './start.ts'

/** When ending takes longer, something hangs; everything acknowledged is on disk already. */
const stopTimeoutMs = 9_000

await runCommand(async () => {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  process.on('unhandledRejection', (err) => log.error({ err }, 'a promise was left alone with its error'))

  const isClientBuilt = existsSync(builtClientFolder)
  if (!isClientBuilt)
    console.log('The web client is not built, so only the API is served. npm start builds it.')

  const stopped = stopSignal()
  const server = await startServer(config, { log, webFolder: isClientBuilt ? builtClientFolder : null })
  console.log(`Stoa is at ${server.origin}`)
  const { protocol, hostname } = new URL(server.origin)
  if (protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''))) {
    console.log(
      'Browsers give camera and microphone to https: addresses only. Put a proxy that ends TLS before it.',
    )
  }

  const signal = await stopped
  log.info({ signal }, 'stopping')
  setTimeout(() => {
    log.error('stopping took too long')
    process.exit(1)
  }, stopTimeoutMs).unref()
  await server[Symbol.asyncDispose]()
})

/** The first signal to end; a second one ends at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  let isStopping = false
  const onSignal = (signal: NodeJS.Signals) => {
    // Not left to the system: it spares the first process of a container. 128 + number is what a shell would say.
    if (isStopping) process.exit(128 + constants.signals[signal])
    isStopping = true
    resolve(signal)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal)
  return promise
}
