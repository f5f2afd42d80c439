/**
 * The link to one remote participant: a connection that heals, the registers of its negotiation, and what is heard.
 *
 * Slots go through presence until the control channel is open, and again whenever that may be deaf; a slot received
 * twice is harmless (CA1). Whether the other side is there is told by what it says, never by a state: a channel stays
 * open on a dead path. Rules CA1–CA5 of docs/PROTOCOL.md.
 */
import type { CallPresence, SignalSlot } from '#shared/call/signal.ts'
import {
  controlChannelInit,
  controlChannelLabel,
  readControl,
  writeControl,
  type ControlMessage,
} from './control.ts'
import { noTracks, type Lines, type LineTracks } from './lines.ts'
import { startLink, stepLink, type LinkEvent, type LinkState } from './link-state.ts'
import { Negotiation } from './negotiation.ts'
import { RemoteMedia } from './remote-media.ts'
import type { CallWorld } from './world.ts'

export type LinkOptions = Readonly<{
  world: CallWorld
  /** What a connection is made with now. */
  configuration: () => RTCConfiguration
  /** The higher clientID (CA3). */
  isPolite: boolean
  session: string
  remoteSession: string
  /** Above any generation that these two sessions have used before (CA2). */
  generation: number
  call: CallPresence
  /** The slot for presence may have changed. */
  onSlot: () => void
  /** Anything else that can be seen may have changed. */
  onChange: () => void
  onBye: () => void
}>

type Wire = Readonly<{ connection: RTCPeerConnection; channel: RTCDataChannel; negotiation: Negotiation }>

/** A sign of life goes out this often; timers of hidden pages run once a second. */
const pingIntervalMs = 500
/** Who has said nothing for this long is silent. Together with the tick, gone within three seconds (CA5). */
const silenceMs = 2_000
/** What waits for the other side this long on the channel goes through presence as well … */
const deafAfterMs = 1_000
/** … and an offer that nothing has had answered by then never will be. */
const unansweredMaxMs = 10_000
/** Who asks for a new generation more often is kept waiting (S-04). */
const rebuildIntervalMs = 200

export class Link {
  readonly media: RemoteMedia
  readonly #options: LinkOptions
  #state: LinkState
  #wire: Wire
  #builtAtMs = 0
  #version = 0
  #received: SignalSlot | null = null
  #isReceivedNew = false
  /** The other side spoke through presence last: it may not hear the channel. */
  #isChannelDoubted = false
  #tracks: LineTracks = noTracks
  #participantsCount = 2
  #ownCall: CallPresence
  /** What the other side has said of itself on the channel. */
  #remoteCall: CallPresence | null = null
  #hasSignal = false
  #heardAtMs = -Infinity
  #saidAtMs = -Infinity

  constructor(options: LinkOptions) {
    this.#options = options
    this.#ownCall = options.call
    this.media = new RemoteMedia(options.world.media)
    this.#state = startLink(options.generation, this.#nowMs())
    this.#wire = this.#build()
  }

  get state(): LinkState {
    return this.#state
  }

  /** It is really there: it has answered this peer, not only been seen in presence. */
  get isKnown(): boolean {
    return this.#hasSignal || this.#heardAtMs > -Infinity
  }

  get remoteCall(): CallPresence | null {
    return this.#remoteCall
  }

  /** Nothing has been heard for so long that the other side may be gone. */
  isSilent(): boolean {
    return this.#nowMs() - this.#heardAtMs >= silenceMs
  }

  /** The slot that has to be in presence, or null while the channel carries it. */
  presenceSlot(): SignalSlot | null {
    const isChannelEnough = this.#state.kind === 'connected' && this.#isChannelOpen() && !this.#isDeaf()
    return isChannelEnough ? null : this.#slot()
  }

  /** The descriptions in force: each names the certificate of its end. */
  descriptions(): Readonly<{ local: string; remote: string }> {
    const { currentLocalDescription, currentRemoteDescription } = this.#wire.connection
    return { local: currentLocalDescription?.sdp ?? '', remote: currentRemoteDescription?.sdp ?? '' }
  }

  receive(slot: SignalSlot, way: 'presence' | 'channel'): void {
    if (slot.s !== this.#options.remoteSession || slot.t !== this.#options.session) return
    if (this.#received !== null && !isNewer(slot, this.#received)) return
    this.#received = slot
    this.#isReceivedNew = true
    this.#isChannelDoubted = way === 'presence'
    if (!this.#hasSignal) {
      this.#hasSignal = true
      this.#options.onChange()
    }
    this.#consider()
  }

  send(tracks: LineTracks, participantsCount: number): void {
    if (tracks === this.#tracks && participantsCount === this.#participantsCount) return
    this.#tracks = tracks
    this.#participantsCount = participantsCount
    this.#wire.negotiation.send(tracks, participantsCount)
  }

  /** Tells the other side what this one is now. */
  tell(call: CallPresence): void {
    this.#ownCall = call
    this.#say({ k: 'call', call })
  }

  bye(): void {
    this.#say({ k: 'bye' })
  }

  online(): void {
    this.#step({ kind: 'online' })
  }

  /** Takes a new configuration in; with new paths at once where the present one is not allowed any more. */
  reconfigure(mustRestart: boolean): void {
    if (mustRestart) this.#restartIce()
    else this.#wire.connection.setConfiguration(this.#options.configuration())
  }

  tick(): void {
    const nowMs = this.#nowMs()
    if (nowMs - this.#saidAtMs >= pingIntervalMs && this.#wire.channel.bufferedAmount === 0)
      this.#say({ k: 'ping' })
    if (this.#isDeaf()) this.#options.onSlot()
    const { offerWaitsSinceMs } = this.#wire.negotiation
    const waitedMs = offerWaitsSinceMs === null ? 0 : nowMs - offerWaitsSinceMs
    const isStuck = this.#state.kind === 'connected' && waitedMs >= unansweredMaxMs
    this.#step({ kind: isStuck ? 'broken' : 'tick' })
    this.#consider()
  }

  [Symbol.dispose](): void {
    this.#tearDown()
  }

  #nowMs(): number {
    return this.#options.world.clock.nowMs()
  }

  /** Something waits for the other side, and may not reach it through the channel alone. */
  #isDeaf(): boolean {
    const { offerWaitsSinceMs, answerWaitsSinceMs } = this.#wire.negotiation
    const sinceMs = offerWaitsSinceMs ?? answerWaitsSinceMs
    if (sinceMs === null) return false
    return this.#isChannelDoubted || this.#nowMs() - sinceMs >= deafAfterMs
  }

  #isChannelOpen(): boolean {
    return this.#wire.channel.readyState === 'open'
  }

  #slot(): SignalSlot | null {
    const { o, a, c } = this.#wire.negotiation.registers()
    // Nothing to say, and no generation to announce.
    if (o === null && a === null && c.length === 0 && this.#state.generation === 0) return null
    return {
      s: this.#options.session,
      t: this.#options.remoteSession,
      g: this.#state.generation,
      v: this.#version,
      ...(o && { o }),
      ...(a && { a }),
      ...(c.length > 0 && { c }),
    }
  }

  #consider(): void {
    const slot = this.#received
    if (slot === null || !this.#isReceivedNew) return
    if (slot.g > this.#state.generation) {
      if (this.#nowMs() - this.#builtAtMs < rebuildIntervalMs) return
      this.#step({ kind: 'adopt', generation: slot.g })
    }
    this.#isReceivedNew = false
    if (slot.g === this.#state.generation) this.#wire.negotiation.receive(slot)
  }

  #step(event: LinkEvent): void {
    const before = this.#state
    const { state, effect } = stepLink(before, event, this.#nowMs(), this.#options.isPolite)
    this.#state = state
    if (effect === 'restart') this.#restartIce()
    if (effect === 'rebuild') {
      this.#tearDown()
      this.#wire = this.#build()
    }
    if (state.kind === before.kind && effect === null) return
    this.#options.onSlot()
    this.#options.onChange()
  }

  #restartIce(): void {
    // Credentials may have been renewed since.
    this.#wire.connection.setConfiguration(this.#options.configuration())
    this.#wire.negotiation.restartIce()
  }

  #build(): Wire {
    const { world, configuration, isPolite } = this.#options
    this.#builtAtMs = this.#nowMs()
    const connection = world.connect(configuration())
    const channel = connection.createDataChannel(controlChannelLabel, controlChannelInit)
    connection.onconnectionstatechange = () =>
      this.#step({ kind: 'connection', state: connection.connectionState })
    channel.onopen = () => this.#opened()
    channel.onmessage = ({ data }) => this.#heard(data)
    channel.onclose = () => this.#closed()
    const negotiation = new Negotiation({
      world,
      connection,
      isPolite,
      onRegisters: () => this.#registersChanged(),
      onLines: (lines) => this.#linesChanged(lines),
      onBroken: () => this.#step({ kind: 'broken' }),
    })
    negotiation.send(this.#tracks, this.#participantsCount)
    return { connection, channel, negotiation }
  }

  #tearDown(): void {
    const { connection, channel, negotiation } = this.#wire
    negotiation[Symbol.dispose]()
    connection.onconnectionstatechange = null
    channel.onopen = null
    channel.onmessage = null
    channel.onclose = null
    connection.close()
    this.media.set({})
  }

  #opened(): void {
    this.#say({ k: 'call', call: this.#ownCall })
    this.#saySlot()
    this.#options.onSlot()
  }

  #heard(data: unknown): void {
    const wasKnown = this.isKnown
    this.#heardAtMs = this.#nowMs()
    // A restart that finds the same path again changes no state: that the other side is heard, tells.
    if (this.#wire.connection.connectionState === 'connected') this.#step({ kind: 'heard' })
    if (!wasKnown) this.#options.onChange()
    const message = readControl(data)
    switch (message?.k) {
      case 'bye':
        this.#options.onBye()
        break
      case 'call':
        if (message.call.session !== this.#options.remoteSession) break
        this.#remoteCall = message.call
        this.#options.onChange()
        break
      case 'slot':
        this.receive(message.slot, 'channel')
        break
      case 'ping':
      case undefined:
        break
    }
  }

  /** The other side closed its connection: it has left, or builds anew. */
  #closed(): void {
    this.#heardAtMs = -Infinity
    this.#step({ kind: 'connection', state: 'disconnected' })
    this.#options.onChange()
  }

  #registersChanged(): void {
    this.#version++
    this.#saySlot()
    this.#options.onSlot()
  }

  #linesChanged(lines: Lines): void {
    if (this.media.set(lines)) this.#options.onChange()
  }

  #saySlot(): void {
    const slot = this.#slot()
    if (slot !== null) this.#say({ k: 'slot', slot })
  }

  #say(message: ControlMessage): void {
    if (!this.#isChannelOpen()) return
    this.#saidAtMs = this.#nowMs()
    this.#wire.channel.send(writeControl(message))
  }
}

/** CA1: the larger (g, v) is the truth. */
function isNewer(slot: SignalSlot, other: SignalSlot): boolean {
  return slot.g > other.g || (slot.g === other.g && slot.v > other.v)
}
