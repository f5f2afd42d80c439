/**
 * `npm run dev`: Vite serves the client with hot reload on PORT and passes the API and the socket on to the server
 * behind it, which starts with people and a room to try things with.
 *
 * Vite's pages come without the strict headers of the real server: its own scripts would not run under them.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { paths } from '#shared/http.ts'
import { runCommand } from './command.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { samplePassword, samplePeople, seedSample } from './sample.ts'
import { startServer } from './start.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

await runCommand(async () => {
  const config = readConfig({ DATA_DIR: './data/dev', LOG_LEVEL: 'warn', ...process.env })
  const publicOrigin = config.publicOrigin ?? `http://localhost:${String(config.port)}`
  await using server = await startServer(
    { ...config, host: '127.0.0.1', port: 0, publicOrigin },
    { log: createLog(config.logLevel), webFolder: null },
  )
  const target = `http://127.0.0.1:${String(server.port)}`
  await seedSample(target, publicOrigin)

  const vite = await createServer({
    configFile: join(root, 'web/vite.config.ts'),
    server: {
      host: config.host,
      port: config.port,
      strictPort: true,
      // Not '/api' alone, which /api.ts begins with too.
      proxy: { '^/api/': target, [paths.socket]: { target, ws: true } },
    },
  })
  await vite.listen()
  console.log(`Stoa is at ${publicOrigin}`)
  console.log(`Sign in as ${samplePeople.join(' or ')} with the password: ${samplePassword}`)

  await new Promise((stop) => {
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
  await vite.close()
})
