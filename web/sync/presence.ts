/**
 * This peer's presence, and what it has been told of the others'. Rules P1–P5 of docs/PROTOCOL.md.
 *
 * Presence is state: only the newest counts, so changes close to each other travel together, and everything is said
 * anew whenever the room's document is opened. What was heard on an earlier opening is forgotten with it: nobody could
 * tell what of it still holds.
 */
import type { CallStanding } from '#shared/call/standing.ts'
import { clientIdOf, type ClientId, type Seat } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import type { DocumentLink } from './document-link.ts'
import { encodePresence, type PresenceEntry } from './frames.ts'
import { Listeners } from './listeners.ts'
import type { PresencePort, Undo } from './ports.ts'
import type { Wire } from './wire.ts'
import type { SyncWorld } from './world.ts'

/** 20 frames a second at most: two thirds of what the server lets pass. */
const sendIntervalMs = 50

type Heard = Readonly<{ clock: number; state: PresenceState | null }>

type Options = Readonly<{
  world: SyncWorld
  wire: Wire
  /** Of the room's document. */
  link: DocumentLink
  seat: Seat
  hasLeft: (clientId: number) => boolean
  /** Says nothing: nobody is shown here. */
  isUnseen: boolean
}>

export class Presence implements PresencePort {
  readonly clientId: ClientId
  readonly hasLeft: (clientId: number) => boolean
  readonly #world: SyncWorld
  readonly #wire: Wire
  readonly #link: DocumentLink
  readonly #isUnseen: boolean
  readonly #changes = new Listeners()
  readonly #undos: readonly Undo[]
  /** By clientID; null for a peer that is gone: an entry overtaken by its leaving must not bring it back. */
  readonly #heard = new Map<number, Heard>()
  #others: ReadonlyMap<number, PresenceState> = new Map()
  #own: PresenceState = {}
  /** What the server says of this peer (P5). */
  #standing: CallStanding | undefined
  #ownWithStanding: PresenceState = {}
  #clock = 0
  #address: string | null = null
  #cancelSend: Undo | null = null
  #sentAtMs = -Infinity

  constructor({ world, wire, link, seat, hasLeft, isUnseen }: Options) {
    this.#isUnseen = isUnseen
    this.hasLeft = hasLeft
    this.#world = world
    this.#wire = wire
    this.#link = link
    this.clientId = clientIdOf(seat, world.random32())
    this.#undos = [
      link.onChange(() => {
        this.#follow()
      }),
      link.onPresence((entries) => {
        this.#hear(entries)
      }),
    ]
    this.#follow()
  }

  own(): PresenceState {
    return this.#ownWithStanding
  }

  others(): ReadonlyMap<number, PresenceState> {
    return this.#others
  }

  set<Field extends keyof PresenceState>(field: Field, value: PresenceState[Field] | undefined): void {
    if (this.#own[field] === value) return
    const { [field]: _left, ...rest } = this.#own
    this.#own = value === undefined ? rest : { ...rest, [field]: value }
    this.#joinOwn()
    this.#sendSoon()
    this.#changes.tell()
  }

  onChange(listener: () => void): Undo {
    return this.#changes.add(listener)
  }

  isLive(): boolean {
    return this.#address !== null
  }

  poke(): void {
    this.#wire.wake()
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undos) undo()
    this.#changes.clear()
    this.#cancelSend?.()
  }

  /** On every opening of the document says everything, and forgets what was heard on an earlier one. */
  #follow(): void {
    const { address } = this.#link
    if (address === this.#address) return
    this.#address = address
    this.#heard.clear()
    this.#stand(undefined)
    this.#sentAtMs = -Infinity
    this.#sendSoon()
    this.#others = new Map()
    // Also where nobody else is here: that the server is heard, or not, is a change.
    this.#changes.tell()
  }

  #hear(entries: readonly PresenceEntry[]): void {
    for (const { clientId, clock, state } of entries) {
      if (clientId === this.clientId) this.#stand((state as PresenceState | null)?.standing)
      if (clientId === this.clientId || clock < (this.#heard.get(clientId)?.clock ?? 0)) continue
      this.#heard.set(clientId, { clock, state: state as PresenceState | null })
    }
    this.#tellOthers()
  }

  #stand(standing: CallStanding | undefined): void {
    if (this.#standing === standing) return
    this.#standing = standing
    this.#joinOwn()
    this.#changes.tell()
  }

  #joinOwn(): void {
    this.#ownWithStanding =
      this.#standing === undefined ? this.#own : { ...this.#own, standing: this.#standing }
  }

  #tellOthers(): void {
    const here = [...this.#heard].flatMap(([clientId, { state }]) =>
      state === null ? [] : [[clientId, state] as const],
    )
    if (here.length === 0 && this.#others.size === 0) return
    this.#others = new Map(here)
    this.#changes.tell()
  }

  #sendSoon(): void {
    if (this.#isUnseen || this.#address === null || this.#cancelSend !== null) return
    const waitMs = Math.max(0, this.#sentAtMs + sendIntervalMs - this.#world.nowMs())
    this.#cancelSend = this.#world.after(waitMs, () => {
      this.#cancelSend = null
      this.#send()
    })
  }

  #send(): void {
    if (this.#address === null) return
    this.#sentAtMs = this.#world.nowMs()
    this.#clock += 1
    this.#wire.send(
      encodePresence(this.#address, { clientId: this.clientId, clock: this.#clock, state: this.#own }),
    )
  }
}
