/**
 * The server of a history: all of it but HTTP, over a real database.
 *
 * A kill is what the power leaves: the database, its write-ahead log up to where it was flushed, and nothing of what
 * was in memory. So the next server gets a copy of the files of that moment.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Y from 'yjs'
import { createAccess } from '#server/access.ts'
import { Backlog } from '#server/front/backlog.ts'
import { ClientSocket } from '#server/front/socket.ts'
import { createLog } from '#server/log.ts'
import type { Meters } from '#server/metrics.ts'
import type { Visitor } from '#server/ports.ts'
import { createRooms, type Rooms } from '#server/rooms/rooms.ts'
import { ballastFile } from '#server/store/ballast.ts'
import { logTable } from '#server/store/log-rows.ts'
import { databaseFile, openStore, type Store } from '#server/store/open.ts'
import { snapshotsTable } from '#server/store/snapshots.ts'
import { createCompaction, type Compact } from '#server/sync/log-compaction.ts'
import { createReplay } from '#server/sync/log-replay.ts'
import { startSync, type Sync } from '#server/sync/sync.ts'
import type { ChatLimits } from '#shared/chat/limits.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import type { Role } from '#shared/room.ts'
import { SimulatedDisk } from './disk.ts'
import type { Link } from './network.ts'
import type { VirtualTime } from './time.ts'

export const roomId = 'simulated-room-0000000' as RoomId

/** So few that a history of some dozen messages has many pages. */
export const smallLimits: ChatLimits = {
  page: { messagesMax: 3, sizeMax: 64 * 1024, structsMax: 60 },
  speech: { burstMax: 4, perSecondMax: 0.5 },
}

export type Member = Readonly<{
  personId: PersonId
  name: string
  role: Role
  /** Says in the call what it likes. */
  isLiar?: true
  /** The room does not let them write. */
  isMute?: true
}>

const silent = createLog('silent')
/** One life of the server. */
type Parts = Readonly<{
  store: Store
  disk: SimulatedDisk
  sync: Sync
  rooms: Rooms
  replay: ReturnType<typeof createReplay>
  compact: Compact
}>

/** The table whose row a turn cannot write. */
type Fault = 'log' | 'message' | 'room'

/** The servers of one history, one after another. */
export class SimulatedServer implements Disposable {
  readonly #time: VirtualTime
  readonly #members: readonly Member[]
  readonly #folder = mkdtempSync(join(tmpdir(), 'stoa-simulator-'))
  readonly #links = new Set<Link>()
  readonly #backlog = new Backlog()
  readonly #meters: Meters = {
    refused: () => undefined,
    updateRefused: (reason) => void this.refusals.push(reason),
    socketClosed: () => undefined,
    committed: () => undefined,
    commitFailed: () => undefined,
    presenceReceived: () => undefined,
  }
  /** Why the guard has refused updates. */
  readonly refusals: string[] = []
  #lifeCount = 0
  #parts: Parts
  isUp = true

  constructor(time: VirtualTime, members: readonly Member[]) {
    this.#time = time
    this.#members = members
    const files = this.#newFolder()
    copyFileSync(emptyDatabase(), databaseFile(files))
    this.#parts = this.#start(files)
    this.#settle()
  }

  get store(): Store {
    return this.#parts.store
  }

  get isFlushed(): boolean {
    return this.#parts.disk.isFlushed
  }

  get rooms(): Rooms {
    return this.#parts.rooms
  }

  /** The files of the database: what is in neither is on no disk. */
  get files(): readonly string[] {
    const file = databaseFile(this.#currentFolder)
    return [file, `${file}-wal`].filter((each) => existsSync(each))
  }

  /** Answers a page that wants a socket. */
  accept(link: Link, personId: PersonId): void {
    this.#links.add(link)
    link.accept()
    this.#parts.sync.admit(
      new ClientSocket(link.server.asSocket(), atOnce, this.#meters, this.#backlog),
      personId,
    )
  }

  /** Brings a document to what the disk has of it. */
  read(name: string, doc: Y.Doc): void {
    this.#parts.replay(name, doc)
  }

  compact(name: string): void {
    this.#parts.compact(name)
  }

  /** The turn that ends now cannot be saved: it fails where the first row of this table is written. */
  async failTurn(table: Fault): Promise<void> {
    const when = table === 'room' ? 'UPDATE' : 'INSERT'
    this.store.db.exec(
      `CREATE TEMP TRIGGER fault BEFORE ${when} ON main.${table} BEGIN SELECT RAISE(ABORT, 'fault'); END`,
    )
    await this.#time.endTurn()
    this.store.db.exec('DROP TRIGGER temp.fault')
  }

  kill(): void {
    const before = this.files
    const after = this.#newFolder()
    for (const file of before) copyFileSync(file, databaseFile(after) + (file.endsWith('-wal') ? '-wal' : ''))
    const wal = `${databaseFile(after)}-wal`
    if (existsSync(wal)) truncateSync(wal, this.#parts.disk.safeSize)
    this.#time.forgetServer()
    for (const link of this.#links) link.server.removeAllListeners()
    this.store[Symbol.dispose]()
    this.#forgetLinks()
  }

  /** As on SIGTERM. */
  async stop(): Promise<void> {
    await this.#parts.sync[Symbol.asyncDispose]()
    await this.#time.endTurn()
    this.#time.forgetServer()
    this.store[Symbol.dispose]()
    const file = databaseFile(this.#currentFolder)
    copyFileSync(file, databaseFile(this.#newFolder()))
    this.#forgetLinks()
  }

  start(): void {
    this.#parts = this.#start(this.#currentFolder)
    this.isUp = true
  }

  [Symbol.dispose](): void {
    if (this.isUp) this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #currentFolder(): string {
    return join(this.#folder, String(this.#lifeCount))
  }

  #newFolder(): string {
    this.#lifeCount += 1
    mkdirSync(this.#currentFolder)
    // Empty, so that none of four megabytes is made.
    writeFileSync(ballastFile(this.#currentFolder), '')
    return this.#currentFolder
  }

  #forgetLinks(): void {
    this.#links.clear()
    this.isUp = false
  }

  #start(folder: string): Parts {
    const store = openStore(folder)
    const { db } = store
    // The machine itself never fails here, and waiting for its disk is most of the time otherwise.
    db.pragma('synchronous = OFF')
    const clock = () => this.#time.nowMs
    const access = createAccess({ store, sessions: { peek: (cookie) => this.#visitor(cookie) } })
    const meters = this.#meters
    const disk = new SimulatedDisk(databaseFile(folder))
    const sync = startSync({
      store: { ...store, disk },
      access,
      clock,
      log: silent,
      meters,
      backlog: this.#backlog,
      chatLimits: smallLimits,
    })
    const rooms = createRooms({ store, clock, presences: sync.presences, hasRelay: false })
    const [rows, snapshots] = [logTable(db), snapshotsTable(db)]
    const replay = createReplay({ rows, snapshots, log: silent })
    const compact = createCompaction({ db, rows, snapshots, replay, log: silent })
    return { store, disk, sync, rooms, replay, compact }
  }

  #visitor(personId: string | undefined): (Visitor & Readonly<{ isServerOwner: boolean }>) | null {
    const member = this.#members.find((each) => each.personId === personId)
    return member === undefined ? null : visitorOf(member)
  }

  /** The room, and everybody in it. */
  #settle(): void {
    const { people, rooms } = this.store
    const nowMs = this.#time.nowMs
    for (const { personId, name } of this.#members)
      people.addAccount({ id: personId, name, nameKey: name, passwordHash: 'none', nowMs })
    const [owner] = this.#members
    if (owner === undefined) throw new Error('a room has somebody in it')
    rooms.add({ id: roomId, title: 'Garden', access: 'invite', createdBy: owner.personId, nowMs })
    for (const { personId, role } of this.#members) this.rooms.seat(personId, roomId, role)
    if (this.#members.some(({ isMute }) => isMute))
      this.rooms.change(visitorOf(owner), roomId, { drawing: 'members', posting: 'members' })
  }
}

export function visitorOf({ personId, name }: Member): Visitor & Readonly<{ isServerOwner: boolean }> {
  const never = Number.MAX_SAFE_INTEGER
  return { personId, name, sessionKey: personId, isGuest: false, isServerOwner: false, expiresAtMs: never }
}

/** A simulated link has no writes to gather. */
const atOnce = { cork: () => undefined, uncork: () => undefined }

let madeDatabase: string | null = null

/** Made once: bringing a database up to date takes longer than most histories. */
function emptyDatabase(): string {
  if (madeDatabase !== null) return madeDatabase
  const folder = mkdtempSync(join(tmpdir(), 'stoa-simulator-'))
  writeFileSync(ballastFile(folder), '')
  openStore(folder)[Symbol.dispose]()
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  return (madeDatabase = databaseFile(folder))
}
