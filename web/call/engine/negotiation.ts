/**
 * One generation of negotiation with one remote: registers in, registers out.
 *
 * Perfect negotiation (W3C WebRTC §10.7) over state instead of messages: what the other side wants is the newest slot,
 * what this side wants is the connection's own idea of being complete. One serialised loop makes the two agree.
 * Invariant: `#offer` is not null exactly while the connection waits for an answer. Rules CA1–CA4 of
 * docs/PROTOCOL.md.
 */
import type { Description, SignalCandidate, SignalSlot } from '#shared/call/signal.ts'
import { applyBudget, budgetOf, fullAllowance, type Allowance } from './budget.ts'
import { trimCodecs, tuneSpeech } from './codecs.ts'
import { canRestart, dropUnofferedCodecs } from './dialects.ts'
import {
  addFirstLines,
  addScreenLines,
  lineNames,
  noTracks,
  readLines,
  type LineName,
  type Lines,
  type LineTracks,
} from './lines.ts'
import type { CallWorld } from './world.ts'

/** What a slot says of this side, without its addresses. */
export type Registers = Readonly<{
  o: Description | null
  a: Description | null
  c: readonly SignalCandidate[]
}>

export type NegotiationOptions = Readonly<{
  world: CallWorld
  connection: RTCPeerConnection
  /** The higher clientID: it makes the first offer, and gives way on a collision (CA3). */
  isPolite: boolean
  onRegisters: () => void
  /** The lines may have changed. */
  onLines: (lines: Lines) => void
  /** A description was refused, or new paths are not to be had: this generation cannot go on. */
  onBroken: () => void
}>

/** Candidates one remote may give for one connection; an honest one has a few dozen. */
const candidatesMax = 1_024

export class Negotiation {
  readonly #options: NegotiationOptions
  readonly #connection: RTCPeerConnection
  readonly #sets: readonly [people: MediaStream, screen: MediaStream]

  #slot: SignalSlot | null = null
  #offersCount = 0
  #offer: Description | null = null
  #offeredAtMs = 0
  #answer: Description | null = null
  #answeredAtMs = 0
  #candidates: SignalCandidate[] = []
  /** Number of the newest offer of the other side that was dealt with. */
  #offerSeen = 0
  readonly #candidatesSeen = new Set<string>()

  /** The newest description of the other side that was wanted. */
  #remoteSdp = ''

  #needsOffer = false
  #tracks: LineTracks = noTracks
  #allowance: Allowance = fullAllowance
  readonly #prepared = new WeakSet<RTCRtpTransceiver>()
  readonly #budgets = new WeakMap<RTCRtpSender, string>()

  #isRunning = false
  #isDirty = false
  #isDisposed = false

  constructor(options: NegotiationOptions) {
    const { connection, world } = options
    this.#options = options
    this.#connection = connection
    // Tracks of one set are kept in step when they are played: a voice and its face.
    this.#sets = [world.media.streamOf([]), world.media.streamOf([])]
    connection.onnegotiationneeded = () => {
      this.#needsOffer = true
      this.#kick()
    }
    connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null && candidate.candidate !== '') this.#gathered(candidate)
    }
    if (options.isPolite) addFirstLines(connection)
  }

  registers(): Registers {
    const described = [this.#connection.currentLocalDescription, this.#connection.pendingLocalDescription]
    const inForce = this.#candidates.filter((candidate) =>
      described.some((description) => description !== null && belongs(candidate, description)),
    )
    return { o: this.#offer, a: this.#answer, c: inForce }
  }

  /** Takes the newest slot of the other side, of this generation. */
  receive(slot: SignalSlot): void {
    this.#slot = slot
    // The offerer shows its offer until it has the answer: after that the answer is not needed any more.
    if (this.#answer !== null && slot.o?.[0] !== this.#answer[0]) {
      this.#answer = null
      this.#options.onRegisters()
    }
    this.#kick()
  }

  send(tracks: LineTracks, allowance: Allowance): void {
    this.#tracks = tracks
    this.#allowance = allowance
    this.#kick()
  }

  /** Looks for new paths; where the other side would not follow, this generation is over. */
  restartIce(): void {
    if (canRestart(this.#connection.localDescription?.sdp ?? '', this.#remoteSdp))
      this.#connection.restartIce()
    else this.#options.onBroken()
  }

  /** Since when the offer has waited for its answer, or the answer for a sign that it was taken; or null. */
  get offerWaitsSinceMs(): number | null {
    return this.#offer === null ? null : this.#offeredAtMs
  }

  get answerWaitsSinceMs(): number | null {
    return this.#answer === null ? null : this.#answeredAtMs
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#connection.onnegotiationneeded = null
    this.#connection.onicecandidate = null
  }

  #gathered(candidate: RTCIceCandidate): void {
    const { sdpMid, sdpMLineIndex, usernameFragment } = candidate
    this.#candidates.push({ candidate: candidate.candidate, sdpMid, sdpMLineIndex, usernameFragment })
    this.#options.onRegisters()
  }

  #kick(): void {
    this.#isDirty = true
    if (!this.#isRunning) void this.#run()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#isDirty && !this.#isDisposed) {
      this.#isDirty = false
      await this.#pass().catch(() => this.#refused())
    }
    this.#isRunning = false
  }

  /** A connection closed in the middle of a step refuses the rest of it: only else it matters. */
  #refused(): void {
    if (!this.#isDisposed) this.#options.onBroken()
  }

  async #pass(): Promise<void> {
    if (this.#slot?.a !== undefined) await this.#takeAnswer(this.#slot.a)
    if (this.#slot?.o !== undefined) await this.#takeOffer(this.#slot.o)
    if (this.#slot?.c !== undefined) await this.#takeCandidates(this.#slot.c)
    await this.#arrangeLines()
    await this.#makeOffer()
  }

  async #takeAnswer([n, sdp]: Description): Promise<void> {
    if (this.#offer?.[0] !== n) return
    this.#remoteSdp = sdp
    await this.#connection.setRemoteDescription({ type: 'answer', sdp: tuneSpeech(sdp) })
    this.#offer = null
    this.#options.onRegisters()
  }

  async #takeOffer([n, sdp]: Description): Promise<void> {
    if (n <= this.#offerSeen) return
    // A collision: the impolite side's own offer stands, and will be answered.
    if (this.#connection.signalingState !== 'stable' && !this.#options.isPolite) return
    this.#offerSeen = n
    this.#remoteSdp = sdp
    try {
      await this.#connection.setRemoteDescription({ type: 'offer', sdp: tuneSpeech(sdp) })
    } finally {
      // Our own offer was rolled back; the connection asks again for what it still needs.
      if (this.#connection.signalingState !== 'have-local-offer') this.#offer = null
    }
    this.#needsOffer = false
    await this.#arrangeLines()
    await this.#connection.setLocalDescription()
    this.#answeredAtMs = this.#options.world.clock.nowMs()
    this.#answer = [n, this.#described()]
    this.#options.onRegisters()
  }

  async #takeCandidates(candidates: readonly SignalCandidate[]): Promise<void> {
    for (const candidate of candidates) {
      const key = JSON.stringify(candidate)
      const description = this.#connection.remoteDescription
      if (description === null || this.#candidatesSeen.has(key) || !belongs(candidate, description)) continue
      if (this.#candidatesSeen.size >= candidatesMax) return
      this.#candidatesSeen.add(key)
      // One that this browser cannot read is left out: the others may do.
      await this.#connection.addIceCandidate(candidate).catch(() => undefined)
    }
  }

  async #makeOffer(): Promise<void> {
    if (!this.#needsOffer || !this.#mayOffer() || this.#connection.signalingState !== 'stable') return
    this.#needsOffer = false
    await this.#connection.setLocalDescription()
    this.#offersCount++
    this.#offeredAtMs = this.#options.world.clock.nowMs()
    this.#offer = [this.#offersCount, this.#described()]
    this.#options.onRegisters()
  }

  /** The local description, as any browser reads it. */
  #described(): string {
    return dropUnofferedCodecs(this.#connection.localDescription?.sdp ?? '')
  }

  /** The first description of a generation is the polite side's (CA3). */
  #mayOffer(): boolean {
    return this.#options.isPolite || this.#offerSeen > 0
  }

  /** Makes the lines, and what they carry, as wanted. */
  async #arrangeLines(): Promise<void> {
    const connection = this.#connection
    const places = readLines(connection)
    let { lines } = places
    // After a collision of two first shares the loser's lines have no place: the winner's carry both.
    for (const transceiver of places.surplus) if (transceiver.mid === null) transceiver.stop()
    const isStable = connection.signalingState === 'stable'
    if (this.#tracks.screen !== null && lines.screen === undefined && isStable && this.#mayOffer()) {
      addScreenLines(connection)
      lines = readLines(connection).lines
    }
    for (const name of lineNames) {
      const line = lines[name]
      if (line === undefined) continue
      this.#prepare(name, line)
      const { sender } = line
      const track = this.#tracks[name]
      if (sender.track !== track) await sender.replaceTrack(track)
      if (track !== null) await this.#budget(name, sender, track)
    }
    if (!this.#isDisposed) this.#options.onLines(lines)
  }

  #prepare(name: LineName, line: RTCRtpTransceiver): void {
    if (this.#prepared.has(line)) return
    this.#prepared.add(line)
    const isAudio = name === 'microphone' || name === 'screenAudio'
    const codecs = this.#options.world.codecs(isAudio ? 'audio' : 'video')
    if (codecs !== null) line.setCodecPreferences(trimCodecs(codecs, name === 'microphone'))
    line.sender.setStreams(name === 'screen' || name === 'screenAudio' ? this.#sets[1] : this.#sets[0])
    line.direction = 'sendrecv'
  }

  async #budget(name: LineName, sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    const { width, height } = track.getSettings()
    const picture = width === undefined || height === undefined ? null : { width, height }
    const budget = budgetOf(name, this.#allowance, picture)
    const key = JSON.stringify(budget)
    if (this.#budgets.get(sender) === key) return
    if (await applyBudget(name, sender, budget)) this.#budgets.set(sender, key)
  }
}

/** Whether a candidate is of this description, by its ICE fragment. */
function belongs(candidate: SignalCandidate, description: RTCSessionDescription): boolean {
  if (candidate.usernameFragment === null) return true
  return description.sdp.includes(`a=ice-ufrag:${candidate.usernameFragment}\r\n`)
}
