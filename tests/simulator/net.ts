/**
 * The network between pages and a server, where nothing happens by itself: every frame, every cut and every moment of
 * time comes when it is told to.
 */
import { EventEmitter } from 'node:events'
import type { PersonId } from '#shared/ids.ts'
import type { Chance } from '../fuzz/chance.ts'

/** The server's end, as much of a `ws` socket as the server uses. */
export class ServerEnd extends EventEmitter {
  readonly bufferedAmount = 0
  readonly #link: Link

  constructor(link: Link) {
    super()
    this.#link = link
  }

  send(frame: Uint8Array): void {
    this.#link.toClient.push(new Uint8Array(frame))
  }

  close(code: number): void {
    this.#link.toClient.push(code)
  }

  terminate(): void {
    this.#link.cut()
  }

  pong(): void {
    // Nobody asks for one.
  }
}

/** Whose page it is. */
export type Owner = Readonly<{ personId: PersonId; isOnline: boolean }>

/** One connection. A number in a queue is the end of it, by that close code. */
export class Link {
  readonly page: PageEnd
  readonly toServer: Uint8Array[] = []
  readonly toClient: (Uint8Array | number)[] = []
  server: ServerEnd | null = null
  isOver = false

  readonly owner: Owner

  constructor(page: PageEnd, owner: Owner) {
    this.page = page
    this.owner = owner
  }

  /** Whatever is under way is lost; both ends hear of it. */
  cut(code = 1006): void {
    if (this.isOver) return
    this.isOver = true
    this.toServer.length = 0
    this.toClient.length = 0
    this.server?.emit('close', code)
    this.page.ended(code)
  }

  deliverToServer(): void {
    const frame = this.toServer.shift()
    if (frame !== undefined) this.server?.emit('message', Buffer.from(frame), true)
  }

  deliverToClient(): void {
    const frame = this.toClient.shift()
    if (typeof frame === 'number') this.cut(frame)
    else if (frame !== undefined) this.page.received(frame)
  }
}

/** The page's end, as much of a browser's WebSocket as a page uses. */
export class PageEnd {
  binaryType = 'blob'
  readonly bufferedAmount = 0
  onopen: (() => void) | null = null
  onmessage: ((event: Readonly<{ data: ArrayBuffer }>) => void) | null = null
  onclose: ((event: Readonly<{ code: number }>) => void) | null = null
  onerror: (() => void) | null = null
  readonly #link: Link

  constructor(net: Net, owner: Owner) {
    this.#link = new Link(this, owner)
    net.opening(this.#link)
  }

  send(frame: Uint8Array): void {
    if (!this.#link.isOver) this.#link.toServer.push(new Uint8Array(frame))
  }

  close(): void {
    this.#link.cut()
  }

  received(frame: Uint8Array): void {
    this.onmessage?.({ data: frame.slice().buffer })
  }

  ended(code: number): void {
    this.onclose?.({ code })
  }
}

export class Net {
  readonly links = new Set<Link>()
  readonly #chance: Chance
  readonly #timers: { atMs: number; run: () => void }[] = []
  nowMs = Date.UTC(2026, 6, 1)

  constructor(chance: Chance) {
    this.#chance = chance
  }

  opening(link: Link): void {
    this.links.add(link)
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, run }
    this.#timers.push(timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index !== -1) this.#timers.splice(index, 1)
    }
  }

  /** Lets time pass, and what was due in it happen in order. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      const next = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#timers.splice(this.#timers.indexOf(next), 1)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.run()
    }
    this.nowMs = untilMs
  }

  /** Delivers one frame of any that are under way; false if there is none. Each direction keeps its order. */
  deliver(): boolean {
    const ways = [...this.links].flatMap((link) => [
      ...(link.server !== null && link.toServer.length > 0 ? [() => link.deliverToServer()] : []),
      ...(link.toClient.length > 0 ? [() => link.deliverToClient()] : []),
    ])
    if (ways.length === 0) return false
    this.#chance.pick(ways)()
    for (const link of this.links) if (link.isOver) this.links.delete(link)
    return true
  }
}

/** Everything that follows without the network or time has happened. */
export async function quiet(): Promise<void> {
  for (let turns = 0; turns < 6; turns += 1) await new Promise((next) => setImmediate(next))
}
