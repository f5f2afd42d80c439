/** Server processes over one data folder, one after another. */
import { startProcess, type ServerProcess } from './process.ts'
import { makeDataFolder, removeFolder } from './server.ts'

/** The folder goes when the work is done, and whatever still runs on it. */
export async function withProcesses(
  work: (start: () => ServerProcess, dataDir: string) => Promise<void>,
): Promise<void> {
  await using ends = new AsyncDisposableStack()
  const dataDir = await makeDataFolder()
  ends.defer(() => removeFolder(dataDir))
  await work(() => ends.use(startProcess({ DATA_DIR: dataDir })), dataDir)
}
