/**
 * The network between fake connections: brings two together once their descriptions and candidates match, carries
 * what their channels say, and breaks on command.
 */
import type { FakeClock } from './fake-call-clock.ts'
import { FakeConnection } from './fake-call-connection.ts'
import { readDescription } from './fake-call-description.ts'

/** As Chromium: silence is `disconnected` after five seconds, and `failed` after fifteen. */
const disconnectedMs = 5_000
const failedMs = 15_000
const latencyMs = 5

type Path = {
  readonly ends: readonly [FakeConnection, FakeConnection]
  readonly key: string
  /** For ever: its addresses are gone. */
  isDead: boolean
  /** Since when nothing gets through; null while it does. */
  brokenSinceMs: number | null
}

export class FakeNet {
  readonly #clock: FakeClock
  readonly #connections = new Map<string, FakeConnection>()
  readonly #paths = new Map<string, Path>()
  readonly #killed = new Set<FakeConnection>()
  /** Whose browser is a Firefox. */
  readonly firefoxes = new Set<string>()
  /** Pairs of owners between whom nothing gets through. */
  readonly #parted = new Set<string>()
  #channelsHeldUntilMs = 0
  #count = 0

  constructor(clock: FakeClock) {
    this.#clock = clock
  }

  /** A new connection; `owner` is whose it is, for tests that break one person's paths. */
  connect(owner: string, configuration: RTCConfiguration = {}): RTCPeerConnection {
    const id = `${owner}-${String(this.#count++)}`
    // Without a certificate of its owner, each connection has one of its own.
    const connection = new FakeConnection(id, configuration.certificates === undefined ? id : owner, this)
    connection.isFirefox = this.firefoxes.has(owner)
    connection.setConfiguration(configuration)
    this.#connections.set(connection.id, connection)
    return connection as unknown as RTCPeerConnection
  }

  /** Those of one owner that are not closed. */
  open(owner: string): FakeConnection[] {
    return [...this.#connections.values()].filter(
      ({ id, connectionState }) => id.startsWith(`${owner}-`) && connectionState !== 'closed',
    )
  }

  /** Both ends have the same offer and its answer in force. */
  isAgreed(connection: FakeConnection): boolean {
    const other = this.#otherOf(connection)
    return other !== null && this.#otherOf(other) === connection && offerOf(connection) === offerOf(other)
  }

  newUfrag(): string {
    return `u${String(this.#count++)}`
  }

  newOfferId(): string {
    return `o${String(this.#count++)}`
  }

  later(run: () => void): void {
    this.#clock.after(latencyMs, run)
  }

  /** Something about a connection is different: perhaps two of them match now. */
  changed(): void {
    for (const a of this.#connections.values()) {
      const b = this.#otherOf(a)
      if (b === null || a.id > b.id || this.#otherOf(b) !== a) continue
      const key = [ufragOf(a), ufragOf(b)].join(' ')
      const name = `${a.id} ${b.id}`
      if (this.#paths.get(name)?.key === key) continue
      if (!a.reachable.has(ufragOf(b)) || !b.reachable.has(ufragOf(a))) continue
      const path: Path = { ends: [a, b], key, isDead: false, brokenSinceMs: this.#clock.nowMs() }
      this.#paths.set(name, path)
      this.later(() => this.#open(path))
    }
  }

  /** Every present path of this owner is dead; an ICE restart finds another one. */
  roam(owner: string): void {
    for (const path of this.#paths.values()) {
      if (!path.ends.some(({ id }) => ownerOf(id) === owner)) continue
      path.isDead = true
      this.#break(path)
    }
  }

  /** The paths between these two are dead; a restart finds another one. */
  kick(one: string, other: string): void {
    for (const path of this.#paths.values()) {
      const [a, b] = path.ends
      if (pairOf(ownerOf(a.id), ownerOf(b.id)) !== pairOf(one, other)) continue
      path.isDead = true
      this.#break(path)
    }
  }

  /** Nothing gets through between these two until they are joined again; neither is told. */
  part(one: string, other: string): void {
    this.#parted.add(pairOf(one, other))
    for (const path of this.#paths.values()) if (this.#isParted(path)) this.#break(path)
  }

  /** The same paths carry again, and those that were found meanwhile. */
  join(one: string, other: string): void {
    this.#parted.delete(pairOf(one, other))
    for (const path of this.#paths.values()) {
      const [a, b] = path.ends
      if (path.isDead || pairOf(ownerOf(a.id), ownerOf(b.id)) !== pairOf(one, other)) continue
      this.later(() => this.#open(path))
    }
  }

  /** The owner's page is gone without a word. */
  kill(owner: string): void {
    this.roam(owner)
    for (const connection of this.open(owner)) this.#killed.add(connection)
  }

  /** Channels carry nothing for so long, though packets pass: after a cut they send again ever more rarely. */
  holdChannels(durationMs: number): void {
    this.#channelsHeldUntilMs = this.#clock.nowMs() + durationMs
  }

  /** What channels say, as it is said. */
  onCarried: (from: FakeConnection, data: string) => void = () => undefined

  /** What a connection's statistics say; a test puts its own words here. */
  statsOf: (connection: FakeConnection) => readonly object[] = () => []

  carry(from: FakeConnection, data: string): void {
    this.onCarried(from, data)
    // Ordered and reliable: what a dead path holds up arrives when there is a path again, or never.
    this.later(() => this.#arrive(from, data))
  }

  closed(connection: FakeConnection): void {
    for (const path of this.#paths.values()) {
      if (!path.ends.includes(connection)) continue
      const wasBroken = path.brokenSinceMs !== null
      const other = path.ends[0] === connection ? path.ends[1] : path.ends[0]
      path.isDead = true
      this.#break(path)
      if (wasBroken) continue
      this.later(() => {
        if (other.channel?.readyState !== 'open') return
        other.channel.readyState = 'closed'
        other.channel.onclose?.()
      })
    }
  }

  #arrive(from: FakeConnection, data: string): void {
    const path = this.#pathOf(from)
    if (path === null || from.connectionState === 'closed') return
    if (path.brokenSinceMs !== null || this.#clock.nowMs() < this.#channelsHeldUntilMs) {
      this.#clock.after(200, () => this.#arrive(from, data))
      return
    }
    const other = path.ends[0] === from ? path.ends[1] : path.ends[0]
    if (!this.#killed.has(other)) other.channel?.onmessage?.({ data })
  }

  #open(path: Path): void {
    if (path.isDead || !this.#isCurrent(path)) return
    path.brokenSinceMs = null
    if (this.#isParted(path)) {
      this.#break(path)
      return
    }
    for (const end of path.ends) {
      if (this.#killed.has(end)) return
      end.become('connected')
      if (end.channel?.readyState !== 'connecting') continue
      end.channel.readyState = 'open'
      end.channel.onopen?.()
    }
  }

  #break(path: Path): void {
    if (path.brokenSinceMs !== null) return
    const sinceMs = this.#clock.nowMs()
    path.brokenSinceMs = sinceMs
    const tell = (state: RTCPeerConnectionState) => () => {
      if (!this.#isCurrent(path) || path.brokenSinceMs !== sinceMs) return
      for (const end of path.ends) if (!this.#killed.has(end)) end.become(state)
    }
    this.#clock.after(disconnectedMs, tell('disconnected'))
    this.#clock.after(failedMs, tell('failed'))
  }

  #isParted({ ends: [a, b] }: Path): boolean {
    return this.#parted.has(pairOf(ownerOf(a.id), ownerOf(b.id)))
  }

  #isCurrent(path: Path): boolean {
    return this.#pathOf(path.ends[0]) === path
  }

  #pathOf(connection: FakeConnection): Path | null {
    for (const path of this.#paths.values()) if (path.ends.includes(connection)) return path
    return null
  }

  #otherOf(connection: FakeConnection): FakeConnection | null {
    const { signalingState, currentRemoteDescription } = connection
    if (signalingState === 'closed' || currentRemoteDescription === null) return null
    return this.#connections.get(readDescription(currentRemoteDescription.sdp ?? '').connectionId) ?? null
  }
}

function ownerOf(connectionId: string): string {
  return connectionId.slice(0, connectionId.lastIndexOf('-'))
}

function pairOf(one: string, other: string): string {
  return [one, other].sort().join(' ')
}

function offerOf({ currentLocalDescription }: FakeConnection): string {
  return readDescription(currentLocalDescription?.sdp ?? '').offerId
}

function ufragOf({ currentLocalDescription }: FakeConnection): string {
  return readDescription(currentLocalDescription?.sdp ?? '').ufrag
}
