/** A server in a process of its own that never gets to say goodbye: stopping it is a SIGKILL. */
import { startProcess } from './process.ts'
import type { TestServer } from './server.ts'

type Folder = Readonly<{ dataDir: string; port?: number }>

/** With the web client, as `npm run build` left it. The data folder is whoever's gives it. */
export async function startKilledServer({ dataDir, port = 0 }: Folder): Promise<TestServer> {
  const server = startProcess({ DATA_DIR: dataDir, PORT: String(port) })
  const stop = async (): Promise<void> => {
    await server[Symbol.asyncDispose]()
  }
  return { ...(await server.ready()), dataDir, stop, [Symbol.asyncDispose]: stop }
}
