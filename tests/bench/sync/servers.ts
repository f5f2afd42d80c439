/** The servers that are measured, each a process of its own, with the people and rooms that are to be there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openStore } from '#server/store/open.ts'
import { documentName } from '#shared/room.ts'
import { seatCrowd, type Shape } from '../../support/crowd.ts'
import { startProcess } from '../../support/process.ts'
import { makeDataFolder, removeFolder } from '../../support/server.ts'
import type { Dialect, TalkingRoom } from './plan.ts'

export type Measured = AsyncDisposable &
  Readonly<{ dialect: Dialect; pid: number; port: number; rooms: readonly TalkingRoom[] }>

const seedFolder = fileURLToPath(new URL('../seed/', import.meta.url))

export const servers: Readonly<Record<string, (shape: Shape) => Promise<Measured>>> = {
  stoa: startOurs,
  hocuspocus: (shape) => startOther('yjs', fileURLToPath(new URL('hocuspocus.ts', import.meta.url)), shape),
  'socket.io': (shape) => startOther('socket.io', `${seedFolder}broadcast.js`, shape),
}

async function startOurs(shape: Shape): Promise<Measured> {
  const dataDir = await makeDataFolder()
  const rooms = seatEverybody(dataDir, shape)
  const server = startProcess({ DATA_DIR: dataDir })
  const { port } = await server.ready()
  return {
    dialect: 'yjs',
    pid: required(server.child.pid),
    port,
    rooms,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await removeFolder(dataDir)
    },
  }
}

function seatEverybody(dataDir: string, shape: Shape): TalkingRoom[] {
  using store = openStore(dataDir)
  return seatCrowd(store, shape).map(({ roomId, people }) => ({
    name: documentName({ kind: 'chat', roomId, page: 0 }),
    speakers: people,
  }))
}

async function startOther(dialect: Dialect, script: string, { rooms, people }: Shape): Promise<Measured> {
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const first = await Promise.race([once(child.stdout, 'data'), ended])
  if (child.exitCode !== null) throw new Error(`${script} ended before it listened.`)
  const { port } = JSON.parse(String(first[0])) as { port: number }
  return {
    dialect,
    pid: required(child.pid),
    port,
    rooms: Array.from({ length: rooms }, (_, room) => ({
      name: `chat/room-${String(room)}/0`,
      speakers: Array.from({ length: people }, (_, person) => ({ cookie: '', seat: person + 1 })),
    })),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function required<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('a person, a room or a process is missing')
  return value
}
