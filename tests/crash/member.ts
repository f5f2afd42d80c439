/**
 * Somebody who writes in a room and keeps account: what was sent, what was acknowledged, and what was shown to them.
 *
 * Like a browser it keeps its replicas over every end of the server, and gives what the server lacks when it is back.
 */
import assert from 'node:assert/strict'
import * as Y from 'yjs'
import { packPoints } from '#shared/board/points.ts'
import { newShapeId } from '#shared/board/shape.ts'
import { messageKey } from '#shared/chat/message.ts'
import type { Seat } from '#shared/ids.ts'
import { readVoids } from '#shared/wire/notes.ts'
import { encodeAsk, encodeAuth, encodeState, encodeUpdate, type ServerFrame } from '#web/sync/frames.ts'
import { TestClient } from '../support/client.ts'
import { savedCount, shownTo } from '../support/frames.ts'
import { changeOf, replicaOf, type Names, type Seated } from '../support/seated.ts'
import { SyncClient } from '../support/sync-client.ts'
import { until } from '../support/until.ts'

export type Kind = 'chat' | 'board'

/** The map that holds what people say or draw. */
const rootOf = { chat: 'm', board: 'shapes' } as const

export const kinds = ['chat', 'board'] as const

/** What a document holds of people. */
export function contentOf(doc: Y.Doc, kind: Kind): Map<string, unknown> {
  return new Map(Object.entries(doc.getMap(rootOf[kind]).toJSON()))
}

/** One change: what it wrote, or null where it deleted. */
type Change = Readonly<{ kind: Kind; key: string; value: unknown }>

export class Member implements Disposable {
  readonly seat: Seat
  readonly #cookie: string
  readonly #page: number
  readonly #names: Names
  readonly replicas: Readonly<Record<Kind, Y.Doc>>
  #socket: SyncClient | null = null
  /** One entry for each frame of this socket, in the order in which it is acknowledged. */
  #frames: Record<Kind, (readonly Change[])[]> = { chat: [], board: [] }
  /** Changes in the order in which they were made; those the server has not acknowledged yet. */
  readonly #open = new Set<Change>()
  readonly #acknowledged: Change[] = []
  /** What the server has said that it did not take in (CH8). */
  readonly #void = new Set<string>()
  #count = 0

  /** `page` tells this one from others of the same person. */
  constructor({ seat, client }: Seated, names: Names, page = 1) {
    this.seat = seat
    this.#page = page
    this.#cookie = client.cookie
    this.#names = names
    this.replicas = { chat: replicaOf(seat, 'chat', page), board: replicaOf(seat, 'board', page) }
  }

  /** Connects, takes what the server has, and gives it what it lacks. Throws where the server does not let it. */
  async come(server: Readonly<{ origin: string }>): Promise<void> {
    this[Symbol.dispose]()
    const client = new TestClient(server)
    client.cookie = this.#cookie
    const socket = await SyncClient.connect(client)
    this.#socket = socket
    this.#frames = { chat: [], board: [] }
    for (const kind of kinds) {
      const [name, doc] = [this.#names[kind], this.replicas[kind]]
      socket.send(encodeAuth(name))
      await frameOf(socket, name, 'granted')
      // For everything, so that what it is shown stands for itself.
      socket.send(encodeAsk(name, new Y.Doc()))
      const { update } = await frameOf(socket, name, 'state')
      this.#takeIn(kind, update)
      const { stateVector } = await frameOf(socket, name, 'asked')
      socket.send(encodeState(name, Y.encodeStateAsUpdate(doc, stateVector)))
      this.#frames[kind].push([...this.#open].filter((change) => change.kind === kind))
    }
  }

  /** What comes back deleted before it was acknowledged is void: the note that said so went with the server (CH8). */
  #takeIn(kind: Kind, update: Uint8Array): void {
    const doc = this.replicas[kind]
    const before = contentOf(doc, kind)
    Y.applyUpdate(doc, update)
    const now = contentOf(doc, kind)
    for (const { key } of this.#open) if (before.has(key) && !now.has(key)) this.#void.add(key)
  }

  /** As `come`, until the server lets it. */
  async comeAgain(server: Readonly<{ origin: string }>): Promise<void> {
    await until(
      async () => {
        await this.come(server)
        await this.settled()
        return true
      },
      `seat ${String(this.seat)} to be let in`,
    )
  }

  say(text: string): string {
    const key = messageKey(this.seat, Date.UTC(2026, 6, 1) + (this.#count += 1), this.#page / 36 ** 3)
    this.#write('chat', key, { x: text, l: this.#count })
    return key
  }

  /** A stroke of so many points. */
  draw(pointCount: number): string {
    const id = newShapeId(this.seat, (this.#page * 10_000 + (this.#count += 1)) / 2 ** 32)
    const points = Array.from({ length: pointCount * 3 }, (_, index) => (index * 7_919) % 1_000)
    this.#write('board', id, { k: 'stroke', c: 0, w: 4, z: 'V', p: packPoints(points, false) })
    return id
  }

  delete(key: string): void {
    const update = changeOf(this.replicas.chat, (doc) => doc.getMap('m').delete(key))
    this.#send({ kind: 'chat', key, value: null }, update)
  }

  #write(kind: Kind, key: string, value: unknown): void {
    const update = changeOf(this.replicas[kind], (doc) => doc.getMap(rootOf[kind]).set(key, value))
    this.#send({ kind, key, value }, update)
  }

  #send(change: Change, update: Uint8Array): void {
    this.#open.add(change)
    if (this.#socket === null) return
    this.#frames[change.kind].push([change])
    this.#socket.send(encodeUpdate(this.#names[change.kind], update))
  }

  /** Moves what was acknowledged over. Returns how many changes ever were. */
  count(): number {
    for (const frame of this.#socket?.received ?? [])
      if (frame.kind === 'note') for (const [key] of readVoids(frame.text)) this.#void.add(key)
    for (const kind of kinds) {
      const saved = this.#socket === null ? 0 : savedCount(this.#socket, this.#names[kind])
      for (const change of this.#frames[kind].slice(0, saved).flat()) {
        if (this.#open.delete(change)) this.#acknowledged.push(change)
      }
    }
    return this.#acknowledged.length
  }

  /** The message with this text. */
  keyOf(text: string): string {
    const entry = [...contentOf(this.replicas.chat, 'chat')].find(
      ([, value]) => (value as { x: string }).x === text,
    )
    return entry?.[0] ?? assert.fail(text)
  }

  /** Changes that were sent and not acknowledged, as far as one knows. */
  get openCount(): number {
    this.count()
    return this.#open.size
  }

  /** Resolves when everything is acknowledged; rejects when the socket ends before. */
  async settled(): Promise<void> {
    const { socket } = this
    const isAnswered = (kind: Kind): boolean =>
      savedCount(socket, this.#names[kind]) >= this.#frames[kind].length
    await untilOrEnd(socket, () => kinds.every(isAnswered), 'every acknowledgement')
    this.count()
    assert.equal(this.#open.size, 0)
  }

  get socket(): SyncClient {
    if (this.#socket === null) throw new Error('not connected')
    return this.#socket
  }

  /** What the server has shown on this socket, by document. */
  shown(kind: Kind): Y.Doc {
    return this.#socket === null ? new Y.Doc() : shownTo(this.#socket, this.#names[kind])
  }

  /** Everything acknowledged so far that this document does not have, in words. */
  lostIn(kind: Kind, doc: Y.Doc): string[] {
    this.count()
    const content = contentOf(doc, kind)
    const latest = new Map<string, unknown>()
    for (const change of this.#acknowledged) if (change.kind === kind) latest.set(change.key, change.value)
    // What is deleted after that, without an acknowledgement yet, may be gone.
    for (const { key } of this.#open) latest.delete(key)
    for (const key of this.#void) latest.delete(key)
    return [...latest].filter(([key, value]) => !isSame(content.get(key) ?? null, value)).map(([key]) => key)
  }

  [Symbol.dispose](): void {
    this.count()
    this.#socket?.[Symbol.dispose]()
    this.#socket = null
  }
}

/** Waits as `until` does, but throws as soon as the socket has ended. */
async function untilOrEnd<T>(socket: SyncClient, condition: () => T, what: string) {
  const ends: number[] = []
  void socket.closed.then(({ code }) => ends.push(code))
  const outcome = await until(() => {
    const value = ends.length === 0 ? condition() : null
    return ends.length > 0 || value ? { value } : null
  }, what)
  if (ends.length > 0) throw new Error(`the socket ended with ${ends.join()}`)
  return outcome.value as NonNullable<T>
}

function frameOf<Kind extends ServerFrame['kind']>(socket: SyncClient, name: string, kind: Kind) {
  const find = () => socket.received.find((frame) => frame.address === name && frame.kind === kind)
  return untilOrEnd(
    socket,
    find as () => Extract<ServerFrame, { kind: Kind }> | undefined,
    `${kind} for ${name}`,
  )
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    : value
}

/** What was shown of a document and is not in it any more, in words: nobody may see what can still be lost (W5). */
export function unshown(shown: Y.Doc, now: Y.Doc): string[] {
  const after = Y.decodeStateVector(Y.encodeStateVector(now))
  const clocks = [...Y.decodeStateVector(Y.encodeStateVector(shown))]
    .filter(([client, clock]) => (after.get(client) ?? 0) < clock)
    .map(([client, clock]) => `client ${String(client)} at ${String(clock)}`)
  const isDeleted = Y.createDeleteSetFromStructStore(now.store)
  const deletions = [...Y.createDeleteSetFromStructStore(shown.store).clients].flatMap(([client, ranges]) =>
    ranges
      .filter(({ clock }) => !Y.isDeleted(isDeleted, Y.createID(client, clock)))
      .map(({ clock }) => `a deletion of client ${String(client)} at ${String(clock)}`),
  )
  return [...clocks, ...deletions]
}
