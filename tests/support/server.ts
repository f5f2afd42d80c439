/** A whole server for one test: in this process, on 127.0.0.1, with a data folder of its own. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IceConfig } from '#server/call/ice-config.ts'
import type { FilesConfig } from '#server/files/files-config.ts'
import { createLog, type Logger } from '#server/log.ts'
import { builtClientFolder, startServer, type StartOptions } from '#server/start.ts'

type Options = Readonly<{
  /** Also the web client, as `npm run build` left it. */
  serveClient?: boolean
  /** Another build of the client than that. */
  webFolder?: string
  /** Kept after the test when given: for a server that starts again where another stopped. */
  dataDir?: string
  clock?: () => number
  /** Nothing is logged without. */
  log?: Logger
  /** To come back under the address of one that stopped. */
  port?: number
  ice?: IceConfig
  files?: FilesConfig
  /** Takes what is handed to push services; nothing of it leaves this machine without. */
  sendPush?: NonNullable<StartOptions['sendPush']>
  versions?: NonNullable<StartOptions['versions']>
}>

export type TestServer = AsyncDisposable &
  Readonly<{
    origin: string
    port: number
    dataDir: string
    /** As SIGTERM does. The data folder stays until the test server is disposed of. */
    stop(): Promise<void>
  }>

export async function startTestServer(options: Options = {}): Promise<TestServer> {
  if (options.serveClient === true && !existsSync(join(builtClientFolder, 'index.html'))) {
    throw new Error('The web client is not built: run npm run build.')
  }
  const dataDir = options.dataDir ?? (await makeDataFolder())
  const server = await startServer(
    {
      host: '127.0.0.1',
      port: options.port ?? 0,
      dataDir,
      publicOrigin: null,
      logLevel: 'silent',
      ...(options.ice === undefined ? {} : { ice: options.ice }),
      ...(options.files === undefined ? {} : { files: options.files }),
    },
    {
      log: options.log ?? createLog('silent'),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.versions === undefined ? {} : { versions: options.versions }),
      sendPush: options.sendPush ?? (() => Promise.resolve(201)),
      webFolder: options.webFolder ?? (options.serveClient === true ? builtClientFolder : null),
    },
  )
  let stopped: Promise<void> | null = null
  const stop = () => (stopped ??= Promise.resolve(server[Symbol.asyncDispose]()))
  return {
    origin: server.origin,
    port: server.port,
    dataDir,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      if (options.dataDir === undefined) await removeFolder(dataDir)
    },
  }
}

/** An empty folder under the system's temporary one. */
export function makeDataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'stoa-test-'))
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
