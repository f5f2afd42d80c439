/** `npm run seed`: fills the data folder of a new server with people and a room to try it with. */
import { runCommand } from './command.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { samplePassword, samplePeople, seedSample } from './sample.ts'
import { startServer } from './start.ts'

await runCommand(async () => {
  const config = readConfig({ LOG_LEVEL: 'warn', ...process.env })
  await using server = await startServer(
    { ...config, host: '127.0.0.1', port: 0, publicOrigin: null },
    { log: createLog(config.logLevel), webFolder: null },
  )
  if (await seedSample(server.origin)) {
    console.log(`Sign in as ${samplePeople.join(' or ')} with the password: ${samplePassword}`)
  } else {
    console.log('This server has accounts already: nothing was changed.')
  }
})
