/** The servers that are measured, each a process of its own, with the people and rooms that are to be there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { newPersonId, newRoomId } from '#server/random-id.ts'
import { secretHash } from '#server/secret-hash.ts'
import { openStore, type Store } from '#server/store/open.ts'
import type { PersonId } from '#shared/ids.ts'
import { guestSessionMs } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import { startProcess } from '../../support/process.ts'
import { makeDataFolder, removeFolder } from '../../support/server.ts'
import type { Dialect, Speaker, TalkingRoom } from './plan.ts'

/** How many rooms, and how many people in each. */
export type Shape = Readonly<{ rooms: number; people: number }>

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

/** Straight into the database: by the front door so many would take minutes, and be throttled. */
function seatEverybody(dataDir: string, { rooms, people }: Shape): TalkingRoom[] {
  using store = openStore(dataDir)
  return store.db.transaction(() =>
    Array.from({ length: rooms }, () => {
      const all = Array.from({ length: people }, () => addGuest(store))
      const [first] = all
      const id = newRoomId()
      const nowMs = Date.now()
      store.rooms.add({ id, title: 'A room', access: 'invite', createdBy: required(first).personId, nowMs })
      const speakers = all.map(({ personId, cookie }): Speaker => {
        store.seats.take({ roomId: id, personId, role: 'guest', nowMs })
        return { cookie, seat: required(store.seats.find(id, personId)).seat }
      })
      return { name: documentName({ kind: 'chat', roomId: id, page: 0 }), speakers }
    }),
  )()
}

function addGuest(store: Store): Readonly<{ personId: PersonId; cookie: string }> {
  const personId = newPersonId()
  const nowMs = Date.now()
  const expiresAt = nowMs + guestSessionMs
  // As Lucia makes them.
  const token = Array.from(randomBytes(40), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('')
  store.people.addGuest({ id: personId, name: 'Somebody', nowMs })
  store.sessions.add({
    idHash: secretHash(token),
    personId,
    nowMs,
    expiresAt,
    absoluteExpiresAt: expiresAt,
  })
  return { personId, cookie: `__Host-session=${token}` }
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
