/**
 * Microphone and camera of this machine: one serialised loop makes what is open equal to what is wanted.
 *
 * Invariant: what is opened after it is no longer wanted is released at once; after `close` nothing stays open.
 */
import { Device, readDeviceError, type DeviceOption, type DeviceWishes } from './device.ts'
import { Effect, type EffectName } from './effect.ts'
import { MutedEar } from './muted-ear.ts'
import type { Heard } from './own-voice.ts'
import type { MediaWorld, Meter, Undo } from './world.ts'

export type DeviceLists = Readonly<{
  microphones: readonly DeviceOption[]
  cameras: readonly DeviceOption[]
  speakers: readonly DeviceOption[]
}>

/** Logical processors from which encoding a large picture leaves something for the rest. */
const coresForLargePicture = 4

export class Inputs {
  readonly microphone = new Device('microphone')
  readonly camera = new Device('camera')
  readonly noise: Effect
  readonly blur: Effect
  readonly #media: MediaWorld
  readonly #onChange: () => void
  readonly #undoDevicesChange: Undo
  readonly #mutedEar: MutedEar
  #lists: DeviceLists = { microphones: [], cameras: [], speakers: [] }
  #preview: Readonly<{ track: MediaStreamTrack; stream: MediaStream }> | null = null
  #meter: Readonly<{ track: MediaStreamTrack; meter: Meter | null }> | null = null
  #isOpen = false
  #isRunning = false
  #isDirty = false

  constructor(media: MediaWorld, onChange: () => void) {
    this.#media = media
    this.#onChange = onChange
    this.#mutedEar = new MutedEar(media)
    this.noise = new Effect(media.effects.noise, false, () => this.#kick())
    this.blur = new Effect(media.effects.blur, true, () => this.#kick())
    this.#undoDevicesChange = media.onDevicesChange(() => {
      if (this.#isOpen) void this.#list()
    })
  }

  lists(): DeviceLists {
    return this.#lists
  }

  open(wishes: DeviceWishes | null): void {
    this.#isOpen = true
    if (wishes !== null) {
      this.microphone.chosenId = wishes.microphoneId ?? this.microphone.chosenId
      this.camera.chosenId = wishes.cameraId ?? this.camera.chosenId
      this.microphone.want(wishes.microphone)
      this.camera.want(wishes.camera)
    }
    void this.#list()
    this.#kick()
  }

  close(): void {
    this.#isOpen = false
    this.microphone.want(false)
    this.camera.want(false)
    this.#kick()
  }

  set(device: Device, isWanted: boolean): void {
    device.want(isWanted)
    this.#kick()
  }

  choose(device: Device, deviceId: string): void {
    device.chosenId = deviceId
    device.error = null
    this.#kick()
  }

  setEffect(name: EffectName, isWanted: boolean): void {
    this[name].want(isWanted)
    this.#kick()
  }

  /** The camera as it is sent, as a stream of its own; the same object as long as it is the same track. */
  preview(): MediaStream | null {
    const { track } = this.blur
    if (track === null) return (this.#preview = null)
    if (this.#preview?.track !== track) this.#preview = { track, stream: this.#media.streamOf([track]) }
    return this.#preview.stream
  }

  /** Loudness of the open microphone; null while there is none, or it cannot be measured. */
  level(): number | null {
    const { track } = this.noise
    const { isWanted } = this.microphone
    if (track === null || !isWanted) return null
    if (this.#meter?.track !== track) {
      this.#dropMeter()
      this.#meter = { track, meter: this.#media.meter(track) }
    }
    return this.#meter.meter?.level() ?? null
  }

  /** What there is to be heard of oneself, muted or not. */
  heard(): Heard {
    const { track, isWanted } = this.microphone
    return {
      openLevel: this.level(),
      mutedLevel: track === null || isWanted ? null : this.#mutedEar.level(track),
      isCutOff: isWanted && track?.muted === true,
    }
  }

  [Symbol.dispose](): void {
    this.close()
    this.#undoDevicesChange()
  }

  #kick(): void {
    this.#isDirty = true
    if (!this.#isRunning) void this.#run()
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#isDirty) {
      this.#isDirty = false
      const missing = this.#settle()
      this.#onChange()
      if (missing.length === 0) continue
      await this.#open(missing)
      this.#isDirty = true
      void this.#list()
    }
    this.#isRunning = false
  }

  /** Releases what is not wanted; returns what has to be opened. */
  #settle(): Device[] {
    const devices = [this.microphone, this.camera]
    for (const device of devices) if (!this.#isOpen || device.isStale()) device.release()
    if (this.microphone.track === null || this.microphone.isWanted) this.#mutedEar[Symbol.dispose]()
    if (this.microphone.track === null) this.#dropMeter()
    else this.microphone.track.enabled = this.microphone.isWanted
    this.#applyEffects()
    return this.#isOpen ? devices.filter(({ isWanted, track }) => isWanted && track === null) : []
  }

  #applyEffects(): void {
    this.noise.follow(this.microphone.track)
    if (this.noise.track !== null) this.noise.track.enabled = this.microphone.isWanted
    this.blur.follow(this.camera.track)
    if (!this.blur.isRefused) return
    this.camera.release()
    this.camera.fail('unblurred')
    this.blur.follow(null)
  }

  /** Leaves each with a track or an error. */
  async #open(devices: readonly Device[]): Promise<void> {
    if (!this.#media.canCapture) {
      for (const device of devices) device.fail('insecure')
      return
    }
    if (devices.length > 1 && !(await this.#isAnyDenied(devices))) {
      // One question to the person instead of two.
      const error = await this.#openTogether(devices)
      if (error === null) return
      if (readDeviceError(error) === 'refused') {
        for (const device of devices) device.fail('refused')
        return
      }
    }
    await Promise.all(
      devices.map(async (device) => {
        const error = await this.#openTogether([device])
        if (error !== null) device.fail(readDeviceError(error))
      }),
    )
  }

  /** What the browser said instead, or null. */
  async #openTogether(devices: readonly Device[]): Promise<unknown> {
    const has = (kind: Device['kind']): boolean => devices.some((device) => device.kind === kind)
    try {
      const stream = await this.#media.openDevices({
        ...(has('microphone') && { audio: this.#soundConstraints() }),
        ...(has('camera') && { video: this.#pictureConstraints() }),
      })
      for (const device of devices) this.#take(device, stream)
      return null
    } catch (error) {
      return error
    }
  }

  #take(device: Device, stream: MediaStream): void {
    const [track] = device.kind === 'microphone' ? stream.getAudioTracks() : stream.getVideoTracks()
    if (track === undefined) {
      device.fail('failed')
      return
    }
    // Not fired by our own stop().
    track.addEventListener('ended', () => {
      if (device.track !== track) return
      device.lose()
      this.#kick()
      void this.#askWhyLost(device)
    })
    device.take(track)
  }

  /** A permission that was taken back ends a track as unplugging does. Never rejects. */
  async #askWhyLost(device: Device): Promise<void> {
    const answer = await this.#media.permission(device.kind).catch(() => null)
    if (answer === null || answer === 'granted' || device.error !== 'lost') return
    device.error = 'refused'
    this.#onChange()
  }

  /** Asking for both when one is denied would be answered by no for both. */
  async #isAnyDenied(devices: readonly Device[]): Promise<boolean> {
    const answers = await Promise.all(
      devices.map(({ kind }) => this.#media.permission(kind).catch(() => null)),
    )
    return answers.includes('denied')
  }

  #soundConstraints(): MediaTrackConstraints {
    return {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...chosen(this.microphone),
    }
  }

  #pictureConstraints(): MediaTrackConstraints {
    const isLarge = this.#media.coresCount >= coresForLargePicture
    const size = isLarge
      ? { width: { ideal: 1280 }, height: { ideal: 720 } }
      : { width: { ideal: 640 }, height: { ideal: 360 } }
    return { ...size, frameRate: { ideal: 30, max: 30 }, ...chosen(this.camera) }
  }

  /** Never rejects: without a list, the lists stay as they were. */
  async #list(): Promise<void> {
    const devices = await this.#media.listDevices().catch(() => null)
    if (devices === null || !this.#isOpen) return
    const of = (kind: MediaDeviceKind): DeviceOption[] =>
      devices
        .filter((device) => device.kind === kind && device.deviceId !== '')
        .map(({ deviceId, label }) => ({ id: deviceId, label }))
    this.#lists = { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') }
    this.#onChange()
  }

  #dropMeter(): void {
    this.#meter?.meter?.[Symbol.dispose]()
    this.#meter = null
  }
}

/** `ideal`: a device that is gone since it was chosen is replaced by the default one. */
function chosen({ chosenId }: Device): MediaTrackConstraints {
  return chosenId === null ? {} : { deviceId: { ideal: chosenId } }
}
