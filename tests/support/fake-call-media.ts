/** Devices for engines on fakes: as many as the test says, refused, busy or unplugged at its word. */
import type { EffectWorld, MediaWorld, Undo } from '#web/call/engine/world.ts'

export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video'
  readonly deviceId: string
  enabled = true
  readyState: MediaStreamTrackState = 'live'
  contentHint = ''
  /** The system lets nothing through. */
  muted = false
  readonly copies: FakeTrack[] = []

  constructor(kind: 'audio' | 'video', deviceId = '') {
    super()
    this.kind = kind
    this.deviceId = deviceId
  }

  /** A copy ends by itself, and with nothing else. */
  clone(): FakeTrack {
    const copy = new FakeTrack(this.kind, this.deviceId)
    this.copies.push(copy)
    return copy
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId, ...(this.kind === 'video' && { width: 1_280, height: 720 }) }
  }

  stop(): void {
    this.readyState = 'ended'
  }

  /** The device is unplugged, or the browser's own button ends the share. */
  end(): void {
    if (this.readyState === 'ended') return
    this.readyState = 'ended'
    this.dispatchEvent(new Event('ended'))
  }
}

export class FakeStream {
  readonly tracks: readonly FakeTrack[]

  constructor(tracks: readonly FakeTrack[]) {
    this.tracks = tracks
  }

  getTracks(): readonly FakeTrack[] {
    return this.tracks
  }

  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter(({ kind }) => kind === 'audio')
  }

  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter(({ kind }) => kind === 'video')
  }
}

/** An effect that starts when the test lets it, and fails at its word. */
export class FakeEffect {
  isRefused = false
  /** Holds the next start back until the test lets it through. */
  gate: Promise<void> = Promise.resolve()
  readonly made: FakeTrack[] = []
  /** Ends the newest by itself. */
  fail: () => void = () => undefined

  readonly start: EffectWorld = async (source, onFail) => {
    await this.gate
    if (this.isRefused) throw new DOMException('refused', 'NotSupportedError')
    const track = new FakeTrack((source as unknown as FakeTrack).kind, 'effect')
    this.made.push(track)
    this.fail = onFail
    return { track: track as unknown as MediaStreamTrack, [Symbol.dispose]: () => track.stop() }
  }

  live(): FakeTrack[] {
    return this.made.filter(({ readyState }) => readyState === 'live')
  }
}

export class FakeMedia {
  microphones = ['microphone-1']
  cameras = ['camera-1']
  /** Names of DOMExceptions by what is asked for. */
  readonly refusals: Partial<Record<'audio' | 'video' | 'screen', string>> = {}
  permissions: Partial<Record<'microphone' | 'camera', PermissionState>> = {}
  canCapture = true
  /** How often a person was asked, and for what. */
  readonly questions: string[] = []
  readonly opened: FakeTrack[] = []
  level = 0
  readonly noise = new FakeEffect()
  readonly blur = new FakeEffect()
  /** Holds the next answer back until the test lets it through. */
  gate: Promise<void> = Promise.resolve()
  #listener: (() => void) | null = null

  /** Tracks that are still open. */
  live(): FakeTrack[] {
    return this.opened.filter(({ readyState }) => readyState === 'live')
  }

  unplug(deviceId: string): void {
    this.microphones = this.microphones.filter((id) => id !== deviceId)
    this.cameras = this.cameras.filter((id) => id !== deviceId)
    for (const track of this.live()) if (track.deviceId === deviceId) track.end()
    this.#listener?.()
  }

  world(): MediaWorld {
    return {
      canCapture: this.canCapture,
      canShareScreen: true,
      openDevices: async (constraints) => this.#openDevices(constraints),
      openScreen: async () => this.#openScreen(),
      listDevices: async () => this.#list(),
      onDevicesChange: (listener): Undo => {
        this.#listener = listener
        return () => {
          this.#listener = null
        }
      },
      permission: async (kind) => this.permissions[kind] ?? null,
      streamOf: (tracks) => new FakeStream(tracks as unknown as FakeTrack[]) as unknown as MediaStream,
      meter: () => ({ level: () => this.level, [Symbol.dispose]: () => undefined }),
      coresCount: 8,
      effects: { noise: this.noise.start, blur: this.blur.start },
    }
  }

  async #openDevices({ audio, video }: MediaStreamConstraints): Promise<MediaStream> {
    const kinds = [audio ? ('audio' as const) : null, video ? ('video' as const) : null].filter(
      (kind) => kind !== null,
    )
    this.questions.push(kinds.join('+'))
    await this.gate
    const tracks = kinds.map((kind) => this.#openDevice(kind, kind === 'audio' ? audio : video))
    this.opened.push(...tracks)
    return new FakeStream(tracks) as unknown as MediaStream
  }

  #openDevice(kind: 'audio' | 'video', constraints: boolean | MediaTrackConstraints | undefined): FakeTrack {
    const refusal = this.refusals[kind]
    if (refusal !== undefined) throw new DOMException('refused', refusal)
    const devices = kind === 'audio' ? this.microphones : this.cameras
    const wanted = typeof constraints === 'object' ? constraints.deviceId : undefined
    const ideal = typeof wanted === 'object' && 'ideal' in wanted ? wanted.ideal : undefined
    const device = devices.find((id) => id === ideal) ?? devices[0]
    if (device === undefined) throw new DOMException('none', 'NotFoundError')
    return new FakeTrack(kind, device)
  }

  async #openScreen(): Promise<MediaStream> {
    this.questions.push('screen')
    await this.gate
    if (this.refusals.screen !== undefined) throw new DOMException('refused', this.refusals.screen)
    const tracks = [new FakeTrack('video', 'screen'), new FakeTrack('audio', 'screen')]
    this.opened.push(...tracks)
    return new FakeStream(tracks) as unknown as MediaStream
  }

  #list(): MediaDeviceInfo[] {
    const describe = (kind: MediaDeviceKind) => (deviceId: string) => {
      const info = { kind, deviceId, label: deviceId, groupId: '' }
      return { ...info, toJSON: () => info }
    }
    return [...this.microphones.map(describe('audioinput')), ...this.cameras.map(describe('videoinput'))]
  }
}
