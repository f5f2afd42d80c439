/**
 * What would keep a server from running well on this machine: looked at one by one, changing nothing that stays.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { paths } from '#shared/http.ts'
import { checkPaths } from './call/check-paths.ts'
import { readConfig, type Config } from './config.ts'
import { StartError, type Fault } from './faults.ts'
import { listen } from './front/http.ts'
import { usualFilesConfig } from './files/files-config.ts'
import { readFileTotals } from './store/files.ts'
import { databaseFile } from './store/open.ts'

/** Type stripping without a flag, `using`, and the packages' own needs. */
const nodeMajorMin = 24
/** Below this a busy room can fill the rest within hours. */
const freeSizeMin = 512 * 1024 * 1024
/** No honest clock shows a time before this was written. */
const clockMinMs = Date.UTC(2026, 0, 1)
/** How far the database's last change may lie ahead: filesystems elsewhere have clocks of their own. */
const clockSlackMs = 10 * 60_000
const healthTimeoutMs = 2_000

/** One line of the check-up: what is well, or what is not. */
export type Finding = Readonly<{ good: string } | { fault: Fault }>

/** What tests put in the machine's place. */
export type Machine = Readonly<{
  nodeVersion: string
  nowMs: number
  /** Bytes this user may still write to the filesystem of a folder. */
  freeSize(folder: string): Promise<number>
}>

const thisMachine = (): Machine => ({
  nodeVersion: process.versions.node,
  nowMs: Date.now(),
  async freeSize(folder) {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
})

export async function checkUp(
  env: Readonly<Record<string, string | undefined>>,
  machine: Machine = thisMachine(),
): Promise<readonly Finding[]> {
  const node = checkNode(machine)
  const config = readConfigOrFaults(env)
  if ('faults' in config) return [node, ...config.faults.map((fault) => ({ fault }))]
  return [
    node,
    checkDataFolder(config),
    await checkPort(config),
    await checkDisk(config, machine),
    ...checkFiles(config),
    checkClock(config, machine),
    ...(await checkPaths(config.ice ?? null, machine.nowMs)),
  ]
}

function readConfigOrFaults(
  env: Readonly<Record<string, string | undefined>>,
): Config | Readonly<{ faults: readonly Fault[] }> {
  try {
    return readConfig(env)
  } catch (error) {
    if (error instanceof StartError) return { faults: error.faults }
    throw error
  }
}

function checkNode({ nodeVersion }: Machine): Finding {
  if (Number.parseInt(nodeVersion) >= nodeMajorMin) return { good: `Node ${nodeVersion} runs the server.` }
  return {
    fault: {
      code: 'node-too-old',
      sentence: `Node ${nodeVersion} cannot run the server.`,
      fix: 'Run npm ci, which brings Node 24, and start with npm start.',
    },
  }
}

function checkDataFolder({ dataDir }: Config): Finding {
  const probe = join(nearestFolder(dataDir), `.stoa-probe-${randomUUID()}`)
  try {
    writeFileSync(probe, 'probe', { flag: 'wx' })
    rmSync(probe)
    return { good: `The data folder ${dataDir} can be written to.` }
  } catch {
    // Whatever the system's reason, the sentence and the fix are the same.
    return {
      fault: {
        code: 'data-folder-unwritable',
        sentence: `The data folder ${dataDir} cannot be written to.`,
        fix: 'Set DATA_DIR to another folder, or give this user the right to write to it.',
      },
    }
  }
}

async function checkPort(config: Config): Promise<Finding> {
  try {
    await using listener = await listen(config)
    return { good: `Port ${String(listener.port)} of ${config.host} is free.` }
  } catch (error) {
    const [fault] = error instanceof StartError ? error.faults : []
    if (fault === undefined) throw error
    if (fault.code !== 'port-taken' || !(await isStoa(config))) return { fault }
    return {
      good: `Port ${String(config.port)} of ${config.host} is held by a Stoa server that runs already.`,
    }
  }
}

/** Whether what listens there answers as a server of this kind does. */
async function isStoa({ host, port }: Config): Promise<boolean> {
  const reachable =
    host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  try {
    const response = await fetch(`http://${reachable}:${String(port)}${paths.health}`, {
      signal: AbortSignal.timeout(healthTimeoutMs),
    })
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null && 'isAlive' in body && body.isAlive === true
  } catch {
    // Something that does not speak HTTP or JSON.
    return false
  }
}

async function checkDisk({ dataDir }: Config, machine: Machine): Promise<Finding> {
  const freeSize = await machine.freeSize(nearestFolder(dataDir))
  const free = `${(freeSize / 1024 ** 3).toFixed(1)} GiB`
  if (freeSize >= freeSizeMin) return { good: `The disk has ${free} left.` }
  return {
    fault: {
      code: 'disk-nearly-full',
      sentence: `The disk of ${dataDir} has only ${free} left.`,
      fix: 'Make room, or set DATA_DIR to a folder on another disk. A full disk makes every room read-only.',
    },
  }
}

/** What files take; nothing where there is no database that knows. */
function checkFiles({ dataDir, files = usualFilesConfig }: Config): readonly Finding[] {
  const totals = readFileTotals(databaseFile(dataDir))
  if (totals === null) return []
  const megabytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MB`
  const { count, size } = totals
  return [
    {
      good: `People have brought ${String(count)} files, ${megabytes(size)} of at most ${megabytes(files.serverSizeMax)}.`,
    },
  ]
}

function checkClock({ dataDir }: Config, { nowMs }: Machine): Finding {
  const database = databaseFile(dataDir)
  const changedAtMs = existsSync(database) ? statSync(database).mtimeMs : 0
  const now = new Date(nowMs).toISOString()
  if (nowMs >= Math.max(clockMinMs, changedAtMs - clockSlackMs)) return { good: `The clock shows ${now}.` }
  return {
    fault: {
      code: 'clock-wrong',
      sentence: `The clock shows ${now}, which is in the past.`,
      fix: 'Set the clock, best by NTP: sessions and invites end by it.',
    },
  }
}

/** The folder itself, or the first above it that is there: the one it would be made in. */
function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder))
}
