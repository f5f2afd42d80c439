/**
 * A connection for engines on fakes: the part of RTCPeerConnection that decides whether negotiation is right.
 *
 * It keeps the rules of JSEP (RFC 8829) that a wrong negotiation breaks: states, rollback of a polite side's offer, an
 * answer only to the very offer that waits, lines that are never reordered, and `negotiationneeded` when something is
 * left to negotiate. Operations are serialised and take a turn of time each.
 */
import { setImmediate as turn } from 'node:timers/promises'
import {
  readDescription,
  writeDescription,
  type FakeDescription,
  type MediaLine,
} from './fake-call-description.ts'
import type { FakeNet } from './fake-call-net.ts'
import { FakeTrack } from './fake-call-media.ts'

export class FakeTransceiver {
  readonly kind: 'audio' | 'video'
  mid: string | null = null
  direction: RTCRtpTransceiverDirection
  agreed: RTCRtpTransceiverDirection | null = null
  readonly sender = new FakeSender()
  readonly receiver: { track: FakeTrack; getSynchronizationSources: () => { audioLevel: number }[] }

  constructor(kind: 'audio' | 'video', direction: RTCRtpTransceiverDirection) {
    this.kind = kind
    this.direction = direction
    this.receiver = { track: new FakeTrack(kind), getSynchronizationSources: () => [] }
  }

  setCodecPreferences(): void {
    if (this.direction === 'stopped') throw new DOMException('stopped', 'InvalidStateError')
  }

  stop(): void {
    this.direction = 'stopped'
  }
}

class FakeSender {
  track: FakeTrack | null = null
  replaced = 0
  readonly encodings: RTCRtpEncodingParameters[] = [{}]
  parametersSet = 0

  async replaceTrack(track: FakeTrack | null): Promise<void> {
    await turn()
    this.replaced++
    this.track = track
  }

  getParameters(): { encodings: RTCRtpEncodingParameters[]; codecs: object[] } {
    return { encodings: this.encodings, codecs: [] }
  }

  async setParameters(): Promise<void> {
    await turn()
    this.parametersSet++
  }

  setStreams(): void {
    // Which streams a track is played in makes no difference here.
  }
}

export class FakeChannel {
  readyState: RTCDataChannelState = 'connecting'
  bufferedAmount = 0
  onopen: (() => void) | null = null
  onclose: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  readonly #connection: FakeConnection

  constructor(connection: FakeConnection) {
    this.#connection = connection
  }

  send(data: string): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError')
    this.#connection.net.carry(this.#connection, data)
  }
}

export class FakeConnection {
  readonly id: string
  readonly net: FakeNet
  signalingState: RTCSignalingState = 'stable'
  connectionState: RTCPeerConnectionState = 'new'
  currentLocalDescription: RTCSessionDescriptionInit | null = null
  pendingLocalDescription: RTCSessionDescriptionInit | null = null
  currentRemoteDescription: RTCSessionDescriptionInit | null = null
  pendingRemoteDescription: RTCSessionDescriptionInit | null = null
  onnegotiationneeded: (() => void) | null = null
  onicecandidate: ((event: { candidate: RTCIceCandidateInit | null }) => void) | null = null
  onconnectionstatechange: (() => void) | null = null
  channel: FakeChannel | null = null
  configuration: RTCConfiguration = {}
  /** Fragments of the other side that candidates have come for. */
  readonly reachable = new Set<string>()
  offersCount = 0
  isFirefox = false
  #transceivers: FakeTransceiver[] = []
  #lines: MediaLine[] = []
  #ufrag = ''
  readonly #fingerprint: string
  #mayRestart = false
  #operations: Promise<unknown> = Promise.resolve()
  #isChecking = false

  constructor(id: string, fingerprint: string, net: FakeNet) {
    this.id = id
    this.#fingerprint = fingerprint
    this.net = net
  }

  get localDescription(): RTCSessionDescriptionInit | null {
    return this.pendingLocalDescription ?? this.currentLocalDescription
  }

  get remoteDescription(): RTCSessionDescriptionInit | null {
    return this.pendingRemoteDescription ?? this.currentRemoteDescription
  }

  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers
  }

  addTransceiver(
    kind: 'audio' | 'video',
    { direction = 'sendrecv' }: RTCRtpTransceiverInit = {},
  ): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind, direction)
    this.#transceivers.push(transceiver)
    this.#check()
    return transceiver
  }

  createDataChannel(): FakeChannel {
    this.channel = new FakeChannel(this)
    this.#check()
    return this.channel
  }

  setConfiguration(configuration: RTCConfiguration): void {
    if (configuration.bundlePolicy !== (this.configuration.bundlePolicy ?? configuration.bundlePolicy))
      throw new DOMException('the bundle policy stays', 'InvalidModificationError')
    this.configuration = configuration
  }

  restartIce(): void {
    this.#mayRestart = true
    this.#check()
  }

  async setLocalDescription(): Promise<void> {
    return this.#operate(() => {
      if (this.signalingState === 'have-remote-offer') this.#answer()
      else this.#offer()
      const ufrag = this.#ufrag
      this.net.later(() => this.#gather(ufrag))
    })
  }

  async setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
    return this.#operate(() => {
      const description = readDescription(sdp)
      // As Chromium does.
      sdp = sdp.replace('o=mozilla', 'o=-')
      if (type === 'offer') this.#takeOffer(description, sdp)
      else this.#takeAnswer(description, sdp)
    })
  }

  async addIceCandidate({ candidate = '', usernameFragment }: RTCIceCandidateInit): Promise<void> {
    return this.#operate(() => {
      if (this.remoteDescription === null) throw new DOMException('too early', 'InvalidStateError')
      if (!candidate.startsWith('candidate:')) throw new DOMException('no candidate', 'OperationError')
      this.reachable.add(usernameFragment ?? '')
      this.net.changed()
    })
  }

  async getStats(): Promise<Map<string, object>> {
    await turn()
    return new Map(this.net.statsOf(this).map((report, i) => [String(i), { id: String(i), ...report }]))
  }

  close(): void {
    if (this.connectionState === 'closed') return
    this.net.closed(this)
    this.signalingState = 'closed'
    this.connectionState = 'closed'
    if (this.channel !== null) this.channel.readyState = 'closed'
    for (const transceiver of this.#transceivers) transceiver.direction = 'stopped'
  }

  become(state: RTCPeerConnectionState): void {
    if (this.connectionState === state || this.connectionState === 'closed') return
    this.connectionState = state
    this.onconnectionstatechange?.()
  }

  async #operate(run: () => void): Promise<void> {
    const operation = this.#operations.then(async () => {
      await turn()
      // As in browsers, what waits when a connection closes never ends.
      if (this.signalingState === 'closed') await new Promise(() => undefined)
      run()
      this.net.changed()
      this.#check()
    })
    this.#operations = operation.catch(() => undefined)
    return operation
  }

  #offer(): void {
    if (this.signalingState !== 'stable') throw new DOMException('not stable', 'InvalidStateError')
    const lines = [...this.#lines]
    const mids = new Set(lines.map(({ mid }) => mid))
    const add = (kind: MediaLine['kind']): string => {
      let mid = lines.length
      while (mids.has(String(mid))) mid++
      mids.add(String(mid))
      lines.push({ kind, mid: String(mid) })
      return String(mid)
    }
    for (const transceiver of this.#unplaced()) transceiver.mid = add(transceiver.kind)
    if (this.channel !== null && !lines.some(({ kind }) => kind === 'application')) add('application')
    if (this.#ufrag === '' || this.#mayRestart) this.#ufrag = this.net.newUfrag()
    this.offersCount++
    const offer = {
      connectionId: this.id,
      isFirefox: this.isFirefox,
      fingerprint: this.#fingerprint,
      offerId: this.net.newOfferId(),
      ufrag: this.#ufrag,
      lines,
    }
    this.pendingLocalDescription = { type: 'offer', sdp: writeDescription(offer) }
    this.signalingState = 'have-local-offer'
  }

  #takeOffer({ lines, ufrag, connectionId }: FakeDescription, sdp: string): void {
    const before = this.currentRemoteDescription && readDescription(this.currentRemoteDescription.sdp ?? '')
    if (before && before.connectionId !== connectionId) throw new DOMException('DTLS', 'OperationError')
    this.#lines.forEach(({ kind }, index) => {
      if (lines[index]?.kind !== kind) throw new DOMException('lines reordered', 'InvalidAccessError')
    })
    if (this.signalingState === 'have-local-offer') this.#rollBack()
    for (const { kind, mid } of lines) {
      if (kind === 'application' || this.#transceivers.some((transceiver) => transceiver.mid === mid))
        continue
      const transceiver = new FakeTransceiver(kind, 'recvonly')
      transceiver.mid = mid
      this.#transceivers.push(transceiver)
    }
    if (this.#ufrag === '' || (before && before.ufrag !== ufrag)) this.#ufrag = this.net.newUfrag()
    this.pendingRemoteDescription = { type: 'offer', sdp }
    this.signalingState = 'have-remote-offer'
  }

  #answer(): void {
    const offer = readDescription(this.pendingRemoteDescription?.sdp ?? '')
    const answer = {
      ...offer,
      connectionId: this.id,
      isFirefox: this.isFirefox,
      fingerprint: this.#fingerprint,
      ufrag: this.#ufrag,
    }
    this.currentRemoteDescription = this.pendingRemoteDescription
    this.currentLocalDescription = { type: 'answer', sdp: writeDescription(answer) }
    this.#agree(offer.lines)
  }

  #takeAnswer(answer: FakeDescription, sdp: string): void {
    if (this.signalingState !== 'have-local-offer')
      throw new DOMException('no offer waits', 'InvalidStateError')
    const offer = readDescription(this.pendingLocalDescription?.sdp ?? '')
    if (answer.offerId !== offer.offerId) throw new DOMException('answers another offer', 'OperationError')
    this.currentLocalDescription = this.pendingLocalDescription
    this.currentRemoteDescription = { type: 'answer', sdp }
    this.#agree(offer.lines)
  }

  #agree(lines: readonly MediaLine[]): void {
    this.pendingLocalDescription = null
    this.pendingRemoteDescription = null
    this.#lines = [...lines]
    this.#mayRestart = false
    this.#transceivers = this.#transceivers.filter(({ direction }) => direction !== 'stopped')
    for (const transceiver of this.#transceivers)
      if (transceiver.mid !== null) transceiver.agreed = transceiver.direction
    this.signalingState = 'stable'
  }

  #rollBack(): void {
    const kept = new Set(this.#lines.map(({ mid }) => mid))
    for (const transceiver of this.#transceivers) {
      if (transceiver.mid !== null && !kept.has(transceiver.mid)) transceiver.mid = null
    }
    if (this.currentLocalDescription !== null) {
      this.#ufrag = readDescription(this.currentLocalDescription.sdp ?? '').ufrag
    }
    this.pendingLocalDescription = null
    this.signalingState = 'stable'
  }

  #gather(ufrag: string): void {
    if (this.connectionState === 'closed' || ufrag !== this.#ufrag) return
    for (const port of [1, 2]) {
      const candidate = `candidate:${String(port)} 1 udp 1 ${this.id} ${String(port)} typ host`
      this.onicecandidate?.({
        candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: ufrag },
      })
    }
    this.onicecandidate?.({ candidate: null })
  }

  #unplaced(): FakeTransceiver[] {
    return this.#transceivers.filter(({ mid, direction }) => mid === null && direction !== 'stopped')
  }

  /** Fires `negotiationneeded` in a turn of its own, once for many changes. */
  #check(): void {
    if (this.#isChecking) return
    this.#isChecking = true
    void this.#operations.then(async () => {
      await turn()
      this.#isChecking = false
      if (this.signalingState === 'stable' && this.#isNeeded()) this.onnegotiationneeded?.()
    })
  }

  #isNeeded(): boolean {
    const hasChannelLine = this.#lines.some(({ kind }) => kind === 'application')
    if (this.#mayRestart || (this.channel !== null && !hasChannelLine) || this.#unplaced().length > 0)
      return true
    return this.#transceivers.some(({ mid, direction, agreed }) => mid !== null && agreed !== direction)
  }
}
