/**
 * Presence between engines, as the server passes it on: state, coalesced, each slot only to its addressee (P4).
 *
 * For each pair of peers at most one delivery is under way; it hands over what the sender says at that moment, so
 * states in between are lost. How long each takes is the test's choice, so pairs overtake each other. Runs in Node and
 * in a page.
 */
import type { ClientId, PersonId, Seat } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import type { PresencePort } from '#web/sync/ports.ts'

type Entry = {
  state: PresenceState
  readonly others: Map<number, PresenceState>
  readonly listeners: Set<() => void>
  /** Its socket is dead; only it knows. */
  isCut: boolean
}

export class PresenceBus {
  readonly #entries = new Map<number, Entry>()
  readonly #underway = new Set<string>()
  /** Who belongs to the room no more. */
  readonly #left = new Set<number>()
  readonly #after: (run: () => void) => void
  #isUp = true

  /** `after` runs a delivery when it is due. */
  constructor(after: (run: () => void) => void) {
    this.#after = after
  }

  port(clientId: number, name: string): PresencePort {
    const entry: Entry = {
      state: {
        user: { personId: `person-${name}` as PersonId, seat: clientId as Seat, name, role: 'member' },
      },
      others: new Map(),
      listeners: new Set(),
      isCut: false,
    }
    this.#entries.set(clientId, entry)
    this.#spread(clientId)
    for (const other of this.#entries.keys()) this.#send(other, clientId)
    return {
      clientId: clientId as ClientId,
      own: () => entry.state,
      others: () => entry.others,
      set: (field, value) => {
        entry.state = { ...entry.state, [field]: value }
        this.#spread(clientId)
        for (const listener of [...entry.listeners]) listener()
      },
      onChange: (listener) => {
        entry.listeners.add(listener)
        return () => entry.listeners.delete(listener)
      },
      isLive: () => this.#isUp && !entry.isCut,
      hasLeft: (other) => this.#left.has(other),
      poke: () => undefined,
    }
  }

  /** The server sees the end of a peer's socket. */
  remove(clientId: number): void {
    this.#entries.delete(clientId)
    this.#spread(clientId)
  }

  /** The server ends a peer's socket, and has it told that its person belongs to the room no more. */
  putOut(clientId: number): void {
    this.#left.add(clientId)
    this.remove(clientId)
  }

  /** The server goes away: everyone forgets everyone. */
  stop(): void {
    this.#isUp = false
    for (const entry of this.#entries.values()) {
      entry.others.clear()
      for (const listener of [...entry.listeners]) listener()
    }
  }

  /** One peer's socket breaks: it forgets everyone, and the server does not know yet. */
  cut(clientId: number): void {
    const entry = this.#entries.get(clientId)
    if (entry === undefined) return
    entry.isCut = true
    entry.others.clear()
    for (const listener of [...entry.listeners]) listener()
  }

  /** The server sees the end of the socket that a peer was cut from. */
  end(clientId: number): void {
    for (const [other, receiver] of this.#entries) {
      if (other === clientId || receiver.isCut) continue
      receiver.others.delete(clientId)
      for (const listener of [...receiver.listeners]) listener()
    }
  }

  mend(clientId: number): void {
    const entry = this.#entries.get(clientId)
    if (entry === undefined) return
    entry.isCut = false
    this.#spread(clientId)
    for (const other of this.#entries.keys()) this.#send(other, clientId)
  }

  start(): void {
    this.#isUp = true
    for (const clientId of this.#entries.keys()) this.#spread(clientId)
  }

  /** What everyone says now, in the order they came. */
  states(): PresenceState[] {
    return Array.from(this.#entries.values(), ({ state }) => state)
  }

  stateOf(clientId: number): PresenceState | undefined {
    return this.#entries.get(clientId)?.state
  }

  /** Who listens to one peer's presence. */
  listenersCount(clientId: number): number {
    return this.#entries.get(clientId)?.listeners.size ?? 0
  }

  /** Says something in a peer's name, behind its engine's back. */
  say<Field extends keyof PresenceState>(from: number, field: Field, value: PresenceState[Field]): void {
    const entry = this.#entries.get(from)
    if (entry === undefined) return
    entry.state = { ...entry.state, [field]: value }
    this.#spread(from)
  }

  /** An entry whose peer is gone without the server knowing. */
  forge(from: number, state: PresenceState): void {
    const entry: Entry = { state, others: new Map(), listeners: new Set(), isCut: false }
    this.#entries.set(from, entry)
    this.#spread(from)
  }

  #spread(from: number): void {
    for (const to of this.#entries.keys()) this.#send(from, to)
  }

  #send(from: number, to: number): void {
    const pair = `${String(from)} ${String(to)}`
    if (from === to || this.#underway.has(pair)) return
    this.#underway.add(pair)
    this.#after(() => {
      this.#underway.delete(pair)
      if (this.#isUp) this.#deliver(from, to)
    })
  }

  #deliver(from: number, to: number): void {
    const receiver = this.#entries.get(to)
    const sender = this.#entries.get(from)
    if (receiver === undefined || receiver.isCut || sender?.isCut === true) return
    const state = sender?.state
    if (state === undefined) receiver.others.delete(from)
    else receiver.others.set(from, addressed(state, to))
    for (const listener of [...receiver.listeners]) listener()
  }
}

/** As it comes out of the wire: a copy, with the one slot that is for this peer. */
function addressed({ signals, ...rest }: PresenceState, to: number): PresenceState {
  const slot = signals?.[String(to)]
  return structuredClone({ ...rest, ...(slot && { signals: { [String(to)]: slot } }) })
}
