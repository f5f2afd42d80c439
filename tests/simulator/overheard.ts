/**
 * Hears everything that participants of a call tell each other, and so knows what each has been told by whom: what it
 * may show of that (I20), for how long (I21), and what nobody should have said (I22, I23).
 */
import assert from 'node:assert/strict'
import { seatOf } from '#shared/ids.ts'
import { parseDocumentName } from '#shared/room.ts'
import { policies } from '#shared/sync/policy.ts'
import { parseMessageKey } from '#shared/chat/message.ts'
import { toldEntriesMax, toldRoots } from '#web/sync/direct/direct-document.ts'
import { readDirect, type DirectMessage } from '#web/sync/direct/direct-frames.ts'
import { messageSizeMax } from '#web/sync/direct/pipe.ts'
import type { OpenDocument } from '#web/sync/open-document.ts'
import type { ToldEntry } from '#web/sync/root-view.ts'
import type { ChannelEnd } from './channel.ts'
import type { MeshTap, Participant } from './mesh.ts'
import type { Page } from './page.ts'
import { roomId } from './server.ts'
import type { VirtualTime } from './time.ts'

type End = ChannelEnd<Participant>
type DocumentMessage = Extract<DirectMessage, { kind: 'document' }>

/** What one has told another of one document. */
type Told = {
  readonly entries: Map<string, ToldEntry>
  /** When the teller said that the server has all of it, or went. */
  overAtMs: number | null
}

type Teller = { readonly documents: Map<string, Told>; isRefused: boolean }

/** What has gone over one channel, at one of its ends. */
type Talk = {
  /** Of a message that is not whole yet. */
  readonly sent: Uint8Array[]
  readonly heard: Uint8Array[]
  /** The other has not said that it does not. */
  hearsServer: boolean
  /** Documents of which something was told, and not yet that the server has it. */
  readonly told: Set<string>
}

/** DP4, and so much later that a look comes upon it. */
const goneMs = 3_000 + 300

export class Overheard implements MeshTap {
  readonly #time: VirtualTime
  readonly #told = new Map<Page, Map<number, Teller>>()
  readonly #talks = new WeakMap<End, Talk>()
  /** What was said that nobody should have. */
  readonly #faults: string[] = []

  constructor(time: VirtualTime) {
    this.#time = time
  }

  /** I22 */
  sent(end: End, piece: Uint8Array): void {
    const { who, other } = end
    if (!who.isHonest || !who.page.isInCall) return
    const talk = this.#talk(end)
    const message = gather(talk.sent, piece)
    if (message?.kind !== 'document' || message.entries.length === 0) return
    const { page } = who
    const isNeeded = !page.isLive || !talk.hearsServer || talk.told.has(message.name)
    if (!isNeeded) this.#fault(`I22 ${nameOf(who)} tells ${nameOf(other)}, and both hear the server`)
    if (message.isSaved) talk.told.delete(message.name)
    else talk.told.add(message.name)
    for (const { key } of message.entries)
      if (!page.changed.has(key)) this.#fault(`I22 ${nameOf(who)} tells of ${key}, and has not changed it`)
  }

  heard(end: End, piece: Uint8Array, wasHeard: boolean): void {
    const { who, other } = end
    if (!who.isHonest || !wasHeard || !who.page.isInCall) return
    if (other.isHonest && end.readyState === 'closed')
      this.#fault(`I23 ${nameOf(who)} listens to ${nameOf(other)} no more, who is honest`)
    const teller = this.#teller(who.page, other.clientId)
    if (teller.isRefused) return
    const message = gather(this.#talk(end).heard, piece)
    if (message === undefined || (message !== null && this.#take(end, teller, message))) return
    teller.isRefused = true
    teller.documents.clear()
  }

  ended({ who, other }: End): void {
    this.parted(who, other)
  }

  parted(who: Participant, other: Participant): void {
    for (const told of this.#told.get(who.page)?.get(other.clientId)?.documents.values() ?? [])
      told.overAtMs ??= this.#time.elapsedMs
  }

  /** Its call is over, and all that it was told in it. */
  forget(page: Page): void {
    this.#told.delete(page)
  }

  /** Whether this page has been told something that may not be told by this participant. */
  hasRefused(page: Page, clientId: number): boolean {
    return this.#told.get(page)?.get(clientId)?.isRefused === true
  }

  check(pages: Iterable<Page>): void {
    const [fault] = this.#faults
    assert.equal(fault, undefined, fault)
    for (const page of pages) if (page.isInCall) this.#checkShown(page)
  }

  /** I20, I21 */
  #checkShown(page: Page): void {
    for (const [name, { document, currentAtMs }] of page.documents) {
      const tellers = [...(this.#told.get(page) ?? [])].flatMap(([clientId, { documents }]) => {
        const told = documents.get(name)
        return told === undefined ? [] : [{ clientId, ...told }]
      })
      for (const root of document.kind === 'room' ? [] : toldRoots[document.kind]) {
        const view = document.root(root)
        for (const key of toldIn(document, root)) {
          const [value, seat] = [view.get(key), view.writerOf(key)]
          // Its own deletion of what only others have.
          if (seat === page.seat && value === undefined) continue
          const mine = tellers.filter(({ clientId }) => seatOf(clientId) === seat)
          const telling = mine.filter(({ entries }) => {
            const entry = entries.get(`${root}\0${key}`)
            return entry !== undefined && isSame(entry.value, value)
          })
          const where = `${page.member.name} is shown ${key} of ${name}, told by seat ${String(seat)}`
          assert.ok(telling.length > 0, `I20 ${where}, who may not or has not`)
          const isInTime = telling.some(
            ({ overAtMs }) =>
              overAtMs === null ||
              currentAtMs === null ||
              this.#time.elapsedMs - Math.max(overAtMs, currentAtMs) < goneMs,
          )
          assert.ok(isInTime, `I21 ${where}, which is over`)
        }
      }
    }
    for (const [clientId, { user }] of page.session.here())
      if (user !== undefined) assert.equal(user.seat, seatOf(clientId), 'I20 everybody is who they are')
  }

  /** False for what nobody may tell. */
  #take(end: End, teller: Teller, message: DirectMessage): boolean {
    if (message.kind === 'here') this.#talk(end).hearsServer = message.isLive
    if (message.kind !== 'document') return true
    const { direct } = end.who.page.session
    const user = direct.userOf(end.other.clientId)
    if (user === null) return true
    const ref = parseDocumentName(message.name)
    if (ref === null || ref.kind === 'room' || ref.roomId !== roomId) return ref !== null
    const writer = direct.writerOf(user)
    if (!message.entries.every((entry) => mayTell(ref.kind, entry, writer))) return false
    const counts = [...teller.documents.values()].map(({ entries }) => entries.size)
    if (counts.reduce((sum, count) => sum + count, message.entries.length) > toldEntriesMax) return false
    this.#keep(teller, message)
    return true
  }

  #keep(teller: Teller, { name, entries, isSaved }: DocumentMessage): void {
    const told: Told = teller.documents.get(name) ?? { entries: new Map(), overAtMs: null }
    teller.documents.set(name, told)
    for (const entry of entries) {
      const id = `${entry.root}\0${entry.key}`
      if ((told.entries.get(id)?.clock ?? 0) <= entry.clock) told.entries.set(id, entry)
    }
    told.overAtMs = isSaved ? this.#time.elapsedMs : null
  }

  #teller(page: Page, clientId: number): Teller {
    const tellers = this.#told.get(page) ?? new Map<number, Teller>()
    this.#told.set(page, tellers)
    const teller = tellers.get(clientId) ?? { documents: new Map(), isRefused: false }
    tellers.set(clientId, teller)
    return teller
  }

  #talk(end: End): Talk {
    const talk = this.#talks.get(end) ?? { sent: [], heard: [], hearsServer: true, told: new Set() }
    this.#talks.set(end, talk)
    return talk
  }

  #fault(what: string): void {
    this.#faults.push(what)
  }
}

function mayTell(
  kind: 'chat' | 'board',
  entry: ToldEntry,
  writer: Parameters<typeof policies.chat.mayWrite>[0],
) {
  const { root, key, value, clock } = entry
  const policy = policies[kind]
  const isRoot = (toldRoots[kind] as readonly string[]).includes(root)
  if (!isRoot || !policy.mayWrite(writer) || clock < 1) return false
  if (value !== undefined) return policy.allowsEntry(root, key, value, writer)
  const owner = root === 'm' ? parseMessageKey(key)?.seat : undefined
  return policy.allowsKey(root, key, writer) || (owner !== undefined && policy.mayDelete(owner, writer))
}

/** A whole message; undefined while it is not whole, null for what is none. */
function gather(pieces: Uint8Array[], piece: Uint8Array): DirectMessage | null | undefined {
  if (piece[0] !== 0 && piece[0] !== 1) return null
  pieces.push(piece.subarray(1))
  if (pieces.reduce((sum, { length }) => sum + length, 0) > messageSizeMax) return null
  return piece[0] === 0 ? undefined : readDirect(new Uint8Array(Buffer.concat(pieces.splice(0))))
}

/** Keys of which a page is shown what it was told: what is there, or that nothing is. */
export function toldIn(document: OpenDocument, root: string): readonly string[] {
  const view = document.root(root)
  const keys = new Set(document.doc.getMap(root).keys())
  for (const [key] of view.entries()) keys.add(key)
  return [...keys].filter((key) => view.isTold(key))
}

function isSame(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b)
    return true
  } catch {
    return false
  }
}

function nameOf({ page, clientId }: Participant): string {
  return `${page.member.name} (${String(clientId)})`
}
