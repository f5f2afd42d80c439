/**
 * The link to one remote participant: a connection that heals, the registers of its negotiation, and what is heard.
 *
 * Slots go through presence until the control channel is open, and again whenever that may be deaf; a slot received
 * twice is harmless (CA1). Whether the other side is there is told by what is heard of it (hearing.ts), never by a
 * state. Rules CA1–CA12 of docs/PROTOCOL.md.
 */
import type { Shown } from '#shared/call/shown.ts'
import { fitSlot, type SignalSlot } from '#shared/call/signal.ts'
import type { Allowance } from './budget.ts'
import { openControl, readControl, writeControl, type ControlMessage, type ToldCall } from './control.ts'
import { Gate } from './gate.ts'
import { Hearing } from './hearing.ts'
import { Inbox, type Way } from './inbox.ts'
import { noTracks, type Lines, type LineTracks } from './lines.ts'
import type { LinkOptions } from './link-options.ts'
import { isOver, startLink, stepLink, type LinkEvent, type LinkState } from './link-state.ts'
import { Measuring } from './measuring.ts'
import { Negotiation } from './negotiation.ts'
import { passBufferedMax } from './relay.ts'
import { RemoteMedia } from './remote-media.ts'
import type { LinkStats } from './stats.ts'

type Wire = Readonly<{ connection: RTCPeerConnection; channel: RTCDataChannel; negotiation: Negotiation }>

/** A sign of life goes out this often: with each tick; timers of hidden pages run once a second. */
const pingIntervalMs = 200
/** What waits for the other side this long on the channel goes through presence as well … */
const deafAfterMs = 1_000
/** After this much silence on the channel, packets are looked for. */
const suspiciousMs = 400
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
  readonly #inbox = new Inbox()
  #isReceivedNew = false
  /** The other side spoke through presence last: it may not hear the channel. */
  #isChannelDoubted = false
  #tracks: LineTracks = noTracks
  #participantsCount = 2
  /** What the other side shows of this one's pictures, and what this one shows of the other's. */
  #remoteShown: Shown = {}
  #ownShown: Shown = {}
  readonly #shownOut: Gate
  readonly #shownIn: Gate
  #ownCall: ToldCall
  /** What the other side has said of itself on the channel. */
  #remoteCall: ToldCall | null = null
  #hasSignal = false
  #saidAtMs = -Infinity
  readonly #hearing = new Hearing()
  readonly #measuring = new Measuring()

  constructor(options: LinkOptions) {
    this.#options = options
    this.#ownCall = options.call
    const { clock } = options.world
    this.#shownOut = new Gate(clock, () => this.#say({ k: 'shown', shown: this.#ownShown }))
    this.#shownIn = new Gate(clock, () => this.#wire.negotiation.send(this.#tracks, this.#allowance()))
    this.media = new RemoteMedia(options.world.media)
    this.#state = startLink(options.generation, this.#nowMs())
    this.#wire = this.#build()
  }

  get state(): LinkState {
    return this.#state
  }

  /** It is really there: it has answered this peer, not only been seen in presence. */
  get isKnown(): boolean {
    return this.#hasSignal || this.#hearing.hasSaid
  }

  get remoteCall(): ToldCall | null {
    return this.#remoteCall
  }

  get stats(): LinkStats | null {
    return this.#measuring.stats
  }

  /** Nothing has been heard for so long that the other side may be gone; sooner, where the server says that it is. */
  isSilent(isSaidGone = false): boolean {
    const nowMs = this.#nowMs()
    return isSaidGone ? this.#hearing.isSilentForGone(nowMs) : this.#hearing.isSilent(nowMs)
  }

  /** The slot that has to be in presence, or null while the channel carries it. */
  presenceSlot(): SignalSlot | null {
    const isChannelEnough = this.#state.kind === 'connected' && this.#isChannelOpen() && !this.#isDeaf()
    return isChannelEnough ? null : this.#slot()
  }

  /** The slot that a third should pass on, or null while the other side is heard (CA11). */
  relaySlot(): SignalSlot | null {
    return this.#hearing.needsRelay(this.#nowMs()) ? this.#slot() : null
  }

  /** The descriptions in force: each names the certificate of its end. */
  descriptions(): Readonly<{ local: string; remote: string }> {
    const { currentLocalDescription, currentRemoteDescription } = this.#wire.connection
    return { local: currentLocalDescription?.sdp ?? '', remote: currentRemoteDescription?.sdp ?? '' }
  }

  receive(slot: SignalSlot, way: Way): void {
    if (slot.s !== this.#options.remoteSession || slot.t !== this.#options.session) return
    if (way === 'relay' && !this.#mayTakeRelayed(slot)) return
    if (!this.#inbox.take(slot, way)) return
    this.#isReceivedNew = true
    this.#isChannelDoubted = way !== 'channel'
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
    this.#wire.negotiation.send(tracks, this.#allowance())
  }

  /** Tells the other side how large its pictures are shown here. */
  show(shown: Shown): void {
    this.#ownShown = shown
    this.#shownOut.want()
  }

  /** Asks this other side to pass a slot on. */
  sayRelay(to: number, slot: SignalSlot): void {
    this.#say({ k: 'relay', to, slot })
  }

  /** Passes on to this other side what another participant has for it. */
  sayRelayed(from: number, slot: SignalSlot): void {
    if (this.#wire.channel.bufferedAmount < passBufferedMax) this.#say({ k: 'relayed', from, slot })
  }

  /** Tells the other side what this one is now. */
  tell(call: ToldCall): void {
    this.#ownCall = call
    this.#say({ k: 'call', call })
  }

  bye(): void {
    this.#say({ k: 'bye' })
  }

  /** The network is another one. */
  online(): void {
    this.#step({ kind: 'online' })
  }

  /** Takes a new configuration in; with new paths at once where the present one is not allowed any more. */
  reconfigure(mustRestart: boolean): void {
    if (mustRestart) this.#restartIce()
    else this.#wire.connection.setConfiguration(this.#options.configuration())
  }

  /** Something happened after which the path may be gone: it is asked, and restarted if nothing is heard. */
  poke(): void {
    this.#hearing.asked(this.#nowMs())
    this.#say({ k: 'ping' })
  }

  /** Reads the connection's statistics, unless that is under way. Never rejects. */
  async measure(): Promise<void> {
    const { connection, negotiation } = this.#wire
    const isRead = await this.#measuring.read(connection, this.#nowMs(), this.#state.kind === 'connected')
    if (!isRead || connection !== this.#wire.connection) return
    const { packetAtMs, hasNewAllowance } = this.#measuring
    if (packetAtMs !== null) this.#hearing.packet(packetAtMs)
    if (packetAtMs !== null && isOver(this.#state, packetAtMs)) this.#step({ kind: 'heard' })
    if (hasNewAllowance) negotiation.send(this.#tracks, this.#allowance())
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
    this.#listen(nowMs)
    this.#shownOut.tick()
    this.#shownIn.tick()
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

  /** A path that carries nothing is lost, whatever it calls itself. */
  #listen(nowMs: number): void {
    if (!this.#hearing.hasSaid) return
    // A page whose scripts sleep may still be seen and heard; after a cut, packets pass long before the channel does.
    if (this.#hearing.channelSilentMs(nowMs) >= suspiciousMs) void this.measure()
    if (this.#hearing.isLost(nowMs)) this.#step({ kind: 'silent' })
  }

  /** A third is believed only where the other side itself cannot be heard. */
  #mayTakeRelayed(slot: SignalSlot): boolean {
    const isHeard = this.#state.kind === 'connected' && !this.#hearing.needsRelay(this.#nowMs())
    if (isHeard || !this.#inbox.mayTakeRelayed(slot, this.#state.generation)) return false
    this.#hearing.told(this.#nowMs())
    return true
  }

  #allowance(): Allowance {
    const { ease } = this.#measuring
    return { participantsCount: this.#participantsCount, shown: this.#remoteShown, ease }
  }

  #isChannelOpen(): boolean {
    return this.#wire.channel.readyState === 'open'
  }

  #slot(): SignalSlot | null {
    const { o, a, c } = this.#wire.negotiation.registers()
    // Nothing to say, and no generation to announce.
    if (o === null && a === null && c.length === 0 && this.#state.generation === 0) return null
    return fitSlot({
      s: this.#options.session,
      t: this.#options.remoteSession,
      g: this.#state.generation,
      v: this.#version,
      ...(o && { o }),
      ...(a && { a }),
      ...(c.length > 0 && { c }),
    })
  }

  #consider(): void {
    const slot = this.#inbox.newest
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
    // A handshake has just been made with it.
    if (event.kind === 'connection' && event.state === 'connected') this.#hearing.packet(this.#nowMs())
    if (effect === 'restart') this.#restartIce()
    if (effect === 'rebuild') {
      this.#tearDown()
      this.#wire = this.#build()
    }
    if (state.kind === before.kind && effect === null) return
    if (state.kind === 'interrupted' || (state.kind === 'connected' && before.kind === 'interrupted')) {
      this.#measuring.interrupted(this.#nowMs())
      this.#wire.negotiation.send(this.#tracks, this.#allowance())
    }
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
    this.#measuring.begin()
    const connection = world.connect(configuration())
    const channel = openControl(connection)
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
    negotiation.send(this.#tracks, this.#allowance())
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
    if (Object.keys(this.#ownShown).length > 0) this.#shownOut.want()
    this.#saySlot()
    this.#options.onSlot()
  }

  #heard(data: unknown): void {
    const wasKnown = this.isKnown
    this.#hearing.said(this.#nowMs())
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
      case 'shown':
        this.#remoteShown = message.shown
        this.#shownIn.want()
        break
      case 'relay':
        this.#options.onRelay(message.to, message.slot)
        break
      case 'relayed':
        this.#options.onRelayed(message.from, message.slot)
        break
      case 'ping':
      case undefined:
        break
    }
  }

  /** The other side closed its connection: it has left, or builds anew. */
  #closed(): void {
    this.#hearing.closed()
    this.#step({ kind: 'connection', state: 'disconnected' })
    this.#options.onChange()
  }

  #registersChanged(): void {
    this.#version++
    this.#saySlot()
    this.#options.onSlot()
  }

  #linesChanged(lines: Lines): void {
    this.#measuring.setLines(lines)
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
