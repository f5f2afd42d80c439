/**
 * Somebody in the room who lies to the others of its call: a page that the server has no reason to doubt, and that says
 * on its channels whatever it likes, to each of them something else.
 */
import { packPoints } from '#shared/board/points.ts'
import { newShapeId } from '#shared/board/shape.ts'
import { messageKey, type MessageKey } from '#shared/chat/message.ts'
import { reactionKey } from '#shared/chat/reaction.ts'
import { encodeDirect, readDirect, type DirectMessage } from '#web/sync/direct/direct-frames.ts'
import { messageSizeMax, pieceSizeMax, type PipeChannel } from '#web/sync/direct/pipe.ts'
import type { ToldEntry } from '#web/sync/root-view.ts'
import type { Chance } from '../support/chance.ts'
import type { Participant } from './mesh.ts'
import { boardName, chatName } from './observer.ts'
import type { Page } from './page.ts'
import type { VirtualTime } from './time.ts'

type Victim = {
  readonly channel: PipeChannel
  /** The keys it has told, by their roots, and the largest clock of them. */
  readonly keys: Map<string, string>
  clock: number
}

type Lie = Readonly<{ what: string; bytes: Uint8Array }>
type Entry = Omit<ToldEntry, 'clock'>

const farClock = 1_000_000
const entriesOfMessageMax = 2_000

export class Liar {
  readonly page: Page
  /** Texts that it has told; those among them that it gave to the server too. */
  readonly told = new Set<string>()
  readonly given = new Set<string>()
  /** Keys of which it has told anything, ever. */
  readonly keys: Set<string>
  readonly #chance: Chance
  readonly #time: VirtualTime
  readonly #victims = new Map<number, Victim>()
  #count = 0

  constructor(page: Page, time: VirtualTime, chance: Chance, before: Liar | null) {
    this.page = page
    this.#time = time
    this.#chance = chance
    this.told = before?.told ?? new Set()
    this.given = before?.given ?? new Set()
    this.keys = before?.keys ?? new Set()
    this.#count = before?.told.size ?? 0
  }

  join(): Participant {
    return {
      clientId: this.page.session.presence.clientId,
      page: this.page,
      isHonest: false,
      add: (clientId, channel) => this.#add(clientId, channel),
    }
  }

  /** Tells somebody who listens something; says what, or null where nobody does. */
  lie(): string | null {
    const open = [...this.#victims.values()].filter(({ channel }) => channel.readyState === 'open')
    if (open.length === 0) return null
    const isForbidden = this.#chance.isLikely(0.25)
    const victims = this.#chance.isLikely(0.6) ? open : [this.#chance.pick(open)]
    const make = this.#chance.pick(isForbidden ? this.#forbidden : this.#allowed)
    // One and the same key, and to each another value.
    const key = this.#newKey()
    const lies = victims.map((victim) => ({ victim, lie: make(victim, key) }))
    for (const { victim, lie } of lies) send(victim.channel, lie.bytes)
    return `lies to ${String(victims.length)}: ${lies[0]?.lie.what ?? ''}`
  }

  /** Gives the server other words for what it has told; null where it has told none, or cannot write. */
  sayOtherwise(): Readonly<{ key: MessageKey; text: string }> | null {
    const pages = [...this.page.openPages.values()].filter((port) => port.state().canWrite)
    const keys = [...this.#toldKeys]
    const port = pages.at(-1)
    if (port === undefined || keys.length === 0 || !port.state().isLoaded) return null
    const key = this.#chance.pick(keys)
    const text = this.#newText()
    this.given.add(text)
    port.transact(() => {
      port.doc.getMap('m').set(key, { x: text, l: 1 })
    })
    return { key, text }
  }

  readonly #toldKeys = new Set<MessageKey>()

  readonly #allowed: readonly ((victim: Victim, key: MessageKey) => Lie)[] = [
    (victim, key) => {
      this.#toldKeys.add(key)
      return this.#tell(victim, 'words', this.#words(key))
    },
    (victim, key) => {
      this.#toldKeys.add(key)
      return this.#tell(victim, 'words of a far clock', this.#words(key), victim.clock + farClock)
    },
    (victim) => {
      const message = this.#keyOf(victim, 'm') ?? this.#newKey()
      const key = reactionKey(this.page.seat, message as MessageKey)
      return this.#tell(victim, 'a reaction', { root: 'r', key, value: ['👎'] })
    },
    (victim, key) => this.#tell(victim, 'words taken back', { root: 'm', key, value: undefined }),
    (victim) => this.#tell(victim, 'a shape', this.#shape()),
    (victim) => {
      const shape = this.#keyOf(victim, 'shapes') ?? newShapeId(this.page.seat, this.#chance.next())
      const [id = ''] = shape.split(':')
      const entry = this.#chance.pick([
        { root: 'shapes', key: id, value: undefined },
        { root: 'shapes', key: `${id}:l`, value: 1 },
        { root: 'shapes', key: `${id}:z`, value: `zz${this.#chance.below(36).toString(36)}a` },
      ])
      return this.#tell(victim, `of ${entry.key}`, entry, victim.clock + this.#chance.pick([1, 1, farClock]))
    },
    () => ({
      what: 'that it hears the server, and is somebody else',
      bytes: encodeDirect({
        kind: 'here',
        isLive: this.#chance.isLikely(0.5),
        presence: { isTyping: true, user: { seat: 1, name: 'Alice' } },
      } as DirectMessage),
    }),
    () => this.#document('that the server has all of it', [], boardName, true),
    () => this.#document('that the server has all of it', [], this.#tail, true),
  ]

  readonly #forbidden: readonly ((victim: Victim, key: MessageKey) => Lie)[] = [
    (victim, key) => {
      const others = this.#keyOf(victim, 'm') ?? key.replace(/^[^.]+/, '1')
      return this.#tell(victim, 'words of another', this.#words(others))
    },
    (victim, key) => {
      const value = { x: 'x'.repeat(5_000), l: 1 }
      return this.#tell(victim, 'too many words', { root: 'm', key, value })
    },
    (victim, key) => {
      const other = `1~${key}`
      return this.#tell(victim, 'a reaction of another', { root: 'r', key: other, value: ['👎'] })
    },
    (victim, key) => this.#tell(victim, 'a stamp', { root: 's', key, value: 1 }),
    (victim) => this.#tell(victim, 'a seal', { root: 'p', key: 'sealed', value: 1 }),
    (victim) => this.#tell(victim, 'no shape', { ...this.#shape(), value: { k: 'stroke', p: 1 } }),
    (victim, key) => this.#tell(victim, 'words of no time', this.#words(key), 0),
    () => {
      const entries = Array.from({ length: entriesOfMessageMax + 1 }, () => this.#shape())
      return this.#document('too many entries', entries, boardName)
    },
    () => ({ what: 'noise', bytes: new Uint8Array(this.#chance.some(60, () => this.#chance.below(256))) }),
    (victim, key) => {
      const { bytes } = this.#tell(victim, '', this.#words(key))
      return { what: 'half of a message', bytes: bytes.slice(0, -1 - this.#chance.below(bytes.length - 2)) }
    },
    () => ({ what: 'a message without an end', bytes: new Uint8Array(messageSizeMax + 1) }),
  ]

  #tell(victim: Victim, what: string, entry: Entry, clock = victim.clock + 1): Lie {
    victim.clock = Math.max(victim.clock, clock)
    const isBoard = entry.root === 'shapes'
    return this.#document(`${what} (${entry.key})`, [entry], isBoard ? boardName : this.#tail, false, clock)
  }

  #document(what: string, entries: readonly Entry[], name: string, isSaved = false, clock = 1): Lie {
    for (const { key } of entries) this.keys.add(key)
    const told = entries.map((entry) => ({ ...entry, clock }))
    return { what, bytes: encodeDirect({ kind: 'document', name, isSaved, entries: told }) }
  }

  #words(key: string): Entry {
    const text = this.#newText()
    this.told.add(text)
    return { root: 'm', key, value: { x: text, l: 1 } }
  }

  #shape(): Entry {
    const key = newShapeId(this.page.seat, this.#chance.next())
    const p = packPoints([0, 0, 0.5, this.#chance.below(1_000), 9, 0.5], false)
    return { root: 'shapes', key, value: { k: 'stroke', c: 1, w: 4, z: 'V', p } }
  }

  #keyOf({ keys }: Victim, root: string): string | null {
    const known = [...keys].flatMap(([key, of]) => (of === root ? [key] : []))
    return known.length === 0 ? null : this.#chance.pick(known)
  }

  /** A text that is no part of any other. */
  #newText(): string {
    this.#count += 1
    return `these are lies ${String(this.#count)} by ${String(this.page.session.presence.clientId)} so far`
  }

  #newKey(): MessageKey {
    return messageKey(this.page.seat, this.#time.nowMs, this.#chance.next())
  }

  get #tail(): string {
    return chatName(this.page.session.chatTail())
  }

  #add(clientId: number, channel: PipeChannel): () => void {
    const victim: Victim = { channel, keys: new Map(), clock: 1 }
    this.#victims.set(clientId, victim)
    const open = (): void => {
      // So that it is told everything.
      send(channel, encodeDirect({ kind: 'here', isLive: false, presence: {} }))
    }
    channel.onopen = open
    channel.onmessage = ({ data }: MessageEvent) => {
      const message = readDirect(new Uint8Array(data as ArrayBuffer).subarray(1))
      if (message?.kind !== 'document') return
      for (const { root, key, clock } of message.entries) {
        victim.keys.set(key, root)
        victim.clock = Math.max(victim.clock, clock)
      }
    }
    return () => {
      channel.close()
    }
  }
}

/** In pieces, as the pipe has them. */
function send(channel: PipeChannel, bytes: Uint8Array): void {
  const bodyMax = pieceSizeMax - 1
  for (let from = 0; from === 0 || from < bytes.length; from += bodyMax) {
    const body = bytes.subarray(from, from + bodyMax)
    const isLast = from + bodyMax >= bytes.length && bytes.length <= messageSizeMax
    const piece = new Uint8Array(body.length + 1)
    piece[0] = isLast ? 1 : 0
    piece.set(body, 1)
    if (channel.readyState === 'open') channel.send(piece)
  }
}
