/**
 * A data channel between two participants of a call, in virtual time: ordered and reliable, until its connection breaks.
 *
 * It may be held: then what is sent waits, as while a connection looks for another way. A broken one tells nobody; a
 * closed one tells its other end once what was sent before has come.
 */
import type { PipeChannel } from '#web/sync/direct/pipe.ts'
import type { Chance } from '../support/chance.ts'
import type { VirtualTime } from './time.ts'

type Parcel = Readonly<{ dueMs: number }> & (Readonly<{ piece: Uint8Array<ArrayBuffer> }> | { piece: null })

/** Told of what goes over a channel, in the words of who is at its ends. */
export type Tap<Who> = Readonly<{
  /** Before it is on its way. */
  sent(end: ChannelEnd<Who>, piece: Uint8Array): void
  /** After whoever is at this end has heard it; `wasHeard` is false where nobody listens there any more. */
  heard(end: ChannelEnd<Who>, piece: Uint8Array, wasHeard: boolean): void
  /** Whoever is at this end was told that the channel is closed. */
  ended(end: ChannelEnd<Who>): void
}>

export class SimulatedChannel<Who> {
  readonly ends: readonly [ChannelEnd<Who>, ChannelEnd<Who>]
  readonly #time: VirtualTime
  readonly #tap: Tap<Who>
  readonly #latencyMs: number
  #isHeld = false
  #isBroken = false

  constructor(time: VirtualTime, chance: Chance, tap: Tap<Who>, whos: readonly [Who, Who]) {
    this.#time = time
    this.#tap = tap
    this.#latencyMs = chance.pick([1, 20, 20, 100, 600])
    // On a narrow one little is much.
    const weight = chance.pick([1, 1, 1_000])
    const [one, two] = whos
    this.ends = [new ChannelEnd(this, one, two, weight), new ChannelEnd(this, two, one, weight)]
  }

  get isUp(): boolean {
    return !this.#isHeld && !this.#isBroken && this.ends.every(({ readyState }) => readyState === 'open')
  }

  get isIdle(): boolean {
    return this.#isBroken || this.ends.every(({ coming }) => coming.length === 0)
  }

  open(): void {
    if (this.#isBroken || this.ends.some(({ readyState }) => readyState !== 'connecting')) return
    for (const end of this.ends) end.readyState = 'open'
    for (const end of this.ends) call(end.onopen)
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    if (!isHeld) for (const end of this.ends) this.#pump(end)
  }

  /** Nothing arrives any more, and nobody is told. */
  break(): void {
    this.#isBroken = true
    this.#time.forget(this)
  }

  /** From the other end of this one. */
  send(from: ChannelEnd<Who>, piece: Uint8Array<ArrayBuffer> | null): void {
    if (piece !== null) this.#tap.sent(from, piece)
    if (this.#isBroken) return
    const to = this.otherOf(from)
    const dueMs = this.#time.elapsedMs + this.#latencyMs
    to.coming.push({ dueMs, piece })
    this.#time.at(this, dueMs, () => {
      this.#pump(to)
    })
  }

  otherOf(end: ChannelEnd<Who>): ChannelEnd<Who> {
    const [one, two] = this.ends
    return end === one ? two : one
  }

  /** What is due arrives. */
  #pump(to: ChannelEnd<Who>): void {
    for (let next = to.coming[0]; next !== undefined; next = to.coming[0]) {
      if (this.#isHeld || this.#isBroken || next.dueMs > this.#time.elapsedMs) return
      to.coming.shift()
      this.#arrive(to, next.piece)
    }
  }

  #arrive(to: ChannelEnd<Who>, piece: Uint8Array<ArrayBuffer> | null): void {
    if (piece === null) {
      if (to.readyState === 'closed') return
      to.readyState = 'closed'
      const wasListening = to.onclose !== null
      call(to.onclose)
      if (wasListening) this.#tap.ended(to)
      return
    }
    this.otherOf(to).left(piece.length)
    const wasHeard = to.readyState === 'open' && to.onmessage !== null
    if (wasHeard) call(to.onmessage, { data: piece.buffer })
    this.#tap.heard(to, piece, wasHeard)
  }
}

/** What a page believes to be its RTCDataChannel. */
export class ChannelEnd<Who> implements PipeChannel {
  /** Who is at this end, and who at the other. */
  readonly who: Who
  readonly other: Who
  readyState: RTCDataChannelState = 'connecting'
  bufferedAmount = 0
  bufferedAmountLowThreshold = 0
  binaryType: BinaryType = 'blob'
  onopen: PipeChannel['onopen'] = null
  onmessage: PipeChannel['onmessage'] = null
  onclose: PipeChannel['onclose'] = null
  onbufferedamountlow: PipeChannel['onbufferedamountlow'] = null
  /** On its way here, the oldest first. */
  readonly coming: Parcel[] = []
  readonly #channel: SimulatedChannel<Who>
  /** As how many each byte counts. */
  readonly #weight: number

  constructor(channel: SimulatedChannel<Who>, who: Who, other: Who, weight: number) {
    this.#channel = channel
    this.who = who
    this.other = other
    this.#weight = weight
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError')
    this.bufferedAmount += data.length * this.#weight
    this.#channel.send(this, new Uint8Array(data))
  }

  close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    this.#channel.send(this, null)
  }

  left(size: number): void {
    const before = this.bufferedAmount
    this.bufferedAmount -= size * this.#weight
    const threshold = this.bufferedAmountLowThreshold
    if (before > threshold && this.bufferedAmount <= threshold) call(this.onbufferedamountlow)
  }
}

function call(handler: unknown, ...event: readonly unknown[]): void {
  ;(handler as ((...event: readonly unknown[]) => void) | null)?.(...event)
}
