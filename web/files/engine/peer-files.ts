/**
 * Files among the participants of a call: who lacks one of the room's asks the others, by its hash.
 *
 * Rule DP6 of docs/PROTOCOL.md. Each pair has a channel of its own for it, on which each side asks for one file at a
 * time. Invariant: nothing is taken for a file but the bytes that its hash names, so nobody can be lied to; whoever
 * sends other bytes, or what was not asked for, is asked and answered no more.
 */
import type { FileHash } from '#shared/files/file.ts'
import { sniff, sniffedSizeMax } from '#shared/files/sniff.ts'
import { TokenBucket } from '#shared/token-bucket.ts'
import { Pipe, type PipeChannel } from '../../sync/direct/pipe.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { Undo } from '../../sync/ports.ts'
import { hashOf } from './hash.ts'
import { encodePeerMessage, readPeerMessage, type PeerMessage } from './peer-frames.ts'

export type PeerFilesOptions = Readonly<{
  world: Readonly<{ nowMs(): number; after(delayMs: number, run: () => void): Undo }>
  /** Whether a participant belongs to the room: nobody else is given anything (FI3). */
  mayHave(clientId: number): boolean
  /** What this device can give; null for what it has not. */
  blobOf(hash: FileHash): Promise<Blob | null>
}>

type Asked = {
  readonly hash: FileHash
  readonly settle: (blob: Blob | null) => void
  size: number | null
  received: number
  readonly parts: Uint8Array<ArrayBuffer>[]
}

type Peer = {
  readonly clientId: number
  readonly pipe: Pipe
  readonly allowance: TokenBucket
  /** How many wait to ask it, with the one that does. */
  waiting: number
  /** After what was asked before. */
  turn: Promise<unknown>
  asked: Asked | null
  cancelSilence: Undo | null
  isGiving: boolean
  /** Goes on giving: there is room again, or nobody to give to. */
  goOn: (() => void) | null
}

/** Bytes of a file that is given to others, or taken: a channel beside a call is no place for films. */
export const peerFileSizeMax = 32 * 1024 * 1024
/** Bytes of a part, but for the last. */
const partSize = 64 * 1024
/** Bytes of all that was taken and is kept at hand, while the page is open. */
const takenSizeMax = 64 * 1024 * 1024
/** Who says nothing for so long after being asked has nothing to say. */
const silenceMs = 20_000
/** Questions of one peer at once, and then per second, that are looked into. */
const questionsBurstMax = 256
const questionsPerSecondMax = 20

export class PeerFiles implements Disposable {
  readonly #options: PeerFilesOptions
  readonly #peers = new Map<number, Peer>()
  readonly #refused = new Set<number>()
  readonly #searches = new Map<FileHash, Promise<Blob | null>>()
  /** The oldest first. */
  readonly #taken = new Map<FileHash, Blob>()
  readonly #arrivals = new Listeners()

  constructor(options: PeerFilesOptions) {
    this.#options = options
  }

  /** Talks with a participant over this channel until it closes, or this is undone. */
  add(clientId: number, channel: PipeChannel): Undo {
    if (this.#refused.has(clientId)) return () => undefined
    const before = this.#peers.get(clientId)
    if (before !== undefined) this.#remove(before)
    const { world } = this.#options
    const peer: Peer = {
      clientId,
      pipe: new Pipe(channel, {
        onOpen: () => world.after(0, () => this.#arrivals.tell()),
        onMessage: (bytes) => {
          if (!this.#hear(peer, readPeerMessage(bytes))) this.#refuse(peer)
        },
        onDrain: () => peer.goOn?.(),
        onEnd: (isBroken) => (isBroken ? this.#refuse(peer) : this.#remove(peer)),
      }),
      allowance: new TokenBucket(questionsBurstMax, questionsPerSecondMax, world.nowMs()),
      waiting: 0,
      turn: Promise.resolve(),
      asked: null,
      cancelSilence: null,
      isGiving: false,
      goOn: null,
    }
    this.#peers.set(clientId, peer)
    return () => {
      this.#remove(peer)
    }
  }

  /** A file from whoever has it, of the type that its bytes are; null where none of those who are here does. */
  ask(hash: FileHash): Promise<Blob | null> {
    const taken = this.#taken.get(hash)
    if (taken !== undefined) return Promise.resolve(taken)
    const running = this.#searches.get(hash)
    if (running !== undefined) return running
    const search = this.#search(hash).finally(() => this.#searches.delete(hash))
    this.#searches.set(hash, search)
    return search
  }

  /** Told when there is somebody more to ask. */
  onArrival(listener: () => void): Undo {
    return this.#arrivals.add(listener)
  }

  [Symbol.dispose](): void {
    this.#arrivals.clear()
    for (const peer of this.#peers.values()) this.#remove(peer)
  }

  // ── Taking ──────────────────────────────────────────────────────────────────────────────────
  async #search(hash: FileHash): Promise<Blob | null> {
    const tried = new Set<Peer>()
    for (;;) {
      const [next] = [...this.#peers.values()]
        .filter((peer) => peer.pipe.isOpen && !tried.has(peer))
        .sort((a, b) => a.waiting - b.waiting)
      if (next === undefined) return null
      tried.add(next)
      const blob = await this.#take(next, hash)
      if (blob !== null) return this.#keep(hash, blob)
    }
  }

  /** One after another of each peer. */
  async #take(peer: Peer, hash: FileHash): Promise<Blob | null> {
    peer.waiting += 1
    const turn = peer.turn.then(() => this.#takeNow(peer, hash))
    peer.turn = turn
    try {
      return await turn
    } finally {
      peer.waiting -= 1
    }
  }

  async #takeNow(peer: Peer, hash: FileHash): Promise<Blob | null> {
    const blob = await new Promise<Blob | null>((resolve) => {
      if (!peer.pipe.isOpen) {
        resolve(null)
        return
      }
      peer.asked = { hash, settle: resolve, size: null, received: 0, parts: [] }
      this.#awaitWord(peer)
      send(peer, { kind: 'ask', hash })
    })
    if (blob === null || (await hashOf(blob)) === hash) return blob
    this.#refuse(peer)
    return null
  }

  #awaitWord(peer: Peer): void {
    peer.cancelSilence?.()
    peer.cancelSilence = this.#options.world.after(silenceMs, () => {
      this.#remove(peer)
    })
  }

  #settle(peer: Peer, blob: Blob | null): void {
    peer.cancelSilence?.()
    peer.cancelSilence = null
    const { asked } = peer
    peer.asked = null
    asked?.settle(blob)
  }

  async #keep(hash: FileHash, untyped: Blob): Promise<Blob> {
    const head = new Uint8Array(await untyped.slice(0, sniffedSizeMax).arrayBuffer())
    const blob = untyped.slice(0, untyped.size, sniff(head)?.type ?? 'application/octet-stream')
    this.#taken.set(hash, blob)
    let size = 0
    for (const { size: each } of this.#taken.values()) size += each
    for (const [oldest, { size: each }] of this.#taken) {
      if (size <= takenSizeMax || oldest === hash) break
      this.#taken.delete(oldest)
      size -= each
    }
    return blob
  }

  // ── Both ────────────────────────────────────────────────────────────────────────────────────
  /** False for what nobody says who is honest. */
  #hear(peer: Peer, message: PeerMessage | null): boolean {
    if (message?.kind === 'ask') return this.#asked(peer, message.hash)
    const { asked } = peer
    if (message === null || asked === null) return false
    if (message.kind === 'part') return this.#part(peer, asked, message.bytes)
    if (message.hash !== asked.hash || asked.size !== null) return false
    if (message.kind === 'lack') {
      this.#settle(peer, null)
      return true
    }
    if (message.size < 1 || message.size > peerFileSizeMax) return false
    asked.size = message.size
    this.#awaitWord(peer)
    return true
  }

  #part(peer: Peer, asked: Asked, bytes: Uint8Array<ArrayBuffer>): boolean {
    asked.received += bytes.length
    if (asked.size === null || asked.received > asked.size) return false
    // Many small ones would take more room than they hold.
    if (bytes.length < partSize && asked.received < asked.size) return false
    asked.parts.push(bytes)
    if (asked.received === asked.size) this.#settle(peer, new Blob(asked.parts))
    else this.#awaitWord(peer)
    return true
  }

  #refuse(peer: Peer): void {
    this.#refused.add(peer.clientId)
    this.#remove(peer)
  }

  #remove(peer: Peer): void {
    if (this.#peers.get(peer.clientId) === peer) this.#peers.delete(peer.clientId)
    peer.pipe[Symbol.dispose]()
    this.#settle(peer, null)
    peer.goOn?.()
  }

  // ── Giving ──────────────────────────────────────────────────────────────────────────────────
  #asked(peer: Peer, hash: FileHash): boolean {
    if (peer.isGiving) return false
    peer.isGiving = true
    this.#give(peer, hash).catch(() => {
      // Its bytes cannot be read any more, and so many were promised.
      this.#remove(peer)
    })
    return true
  }

  async #give(peer: Peer, hash: FileHash): Promise<void> {
    const { world, mayHave, blobOf } = this.#options
    const isHeard = peer.allowance.take(world.nowMs()) && mayHave(peer.clientId)
    const blob = isHeard ? (this.#taken.get(hash) ?? (await blobOf(hash).catch(() => null))) : null
    if (blob === null || blob.size === 0 || blob.size > peerFileSizeMax) {
      // Before the answer, as the next question may follow it at once.
      peer.isGiving = false
      send(peer, { kind: 'lack', hash })
      return
    }
    send(peer, { kind: 'have', hash, size: blob.size })
    for (let at = 0; at < blob.size; at += partSize) {
      const bytes = new Uint8Array(await blob.slice(at, at + partSize).arrayBuffer())
      await room(peer)
      if (!peer.pipe.isOpen) return
      if (at + partSize >= blob.size) peer.isGiving = false
      send(peer, { kind: 'part', bytes })
    }
  }
}

/** Resolves once more may be sent, or nothing can. */
async function room(peer: Peer): Promise<void> {
  while (peer.pipe.isOpen && peer.pipe.isFull)
    await new Promise<void>((resolve) => {
      peer.goOn = resolve
    })
  peer.goOn = null
}

function send({ pipe }: Peer, message: PeerMessage): void {
  if (pipe.isOpen) pipe.send(encodePeerMessage(message))
}
