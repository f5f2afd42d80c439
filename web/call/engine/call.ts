/**
 * The call of one room, as this peer takes part in it.
 *
 * What the interface sees is an immutable snapshot; what it wants goes in by calls that never throw. Everything that
 * can go wrong with a device is a code beside that device, and never keeps anyone from joining: without microphone
 * and camera a participant only receives. Rules CA1–CA12 of docs/PROTOCOL.md.
 */
import { tellableSize, type PictureName, type PictureSize } from '#shared/call/shown.ts'
import { readCallPresence } from '#shared/call/signal.ts'
import type { ErrorCode } from '#shared/errors.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { callParticipantsMax } from '#shared/limits.ts'
import { Listeners } from '../../sync/listeners.ts'
import type { PresencePort } from '../../sync/ports.ts'
import type { DeviceError, DeviceOption, DeviceWishes, OwnDevice } from './device.ts'
import type { EffectName, EffectSnapshot } from './effect.ts'
import { Ice, type IcePort } from './ice.ts'
import { Inputs } from './inputs.ts'
import { hear, silent } from './levels.ts'
import { Mesh, type Besides, type Outgoing } from './mesh.ts'
import { keepSame } from './same.ts'
import { listenToOneself, noVoice } from './own-voice.ts'
import { goodQuality, type Quality } from './quality.ts'
import { recordersOf, type RecorderName } from './recorders.ts'
import { Screen } from './screen.ts'
import type { LinkStats } from './stats.ts'
import type { CallWorld, Undo } from './world.ts'

export type ParticipantState =
  /** No media yet. */
  | 'connecting'
  | 'connected'
  /** It worked, the path is lost, and is being restored. */
  | 'interrupted'
  /** Could not be reached; tried again from time to time. */
  | 'failed'

export type ParticipantSnapshot = Readonly<{
  clientId: number
  /** Null until the server has said who this is. */
  personId: PersonId | null
  name: string
  isSelf: boolean
  state: ParticipantState
  /** It can be heard: there is a microphone and it is not muted. */
  hasMicrophone: boolean
  hasCamera: boolean
  hasScreen: boolean
  isRecording: boolean
  isSpeaking: boolean
  /** How it comes over here; of oneself, how one comes over at the others'. Looked at every two seconds. */
  quality: Quality
  /** Sound to play; null for oneself. The same object as long as it is the same sound. */
  voice: MediaStream | null
  /** One video track and no sound; null while `hasCamera` is false. */
  camera: MediaStream | null
  /** One video track, and its sound, if any, except one's own; null while `hasScreen` is false. */
  screen: MediaStream | null
}>

export type CallSnapshot = Readonly<{
  status: 'idle' | 'preview' | 'in-call'
  /** Empty unless in the call; oneself first, then the others by clientID. */
  participants: readonly ParticipantSnapshot[]
  microphone: OwnDevice
  /** `stream` is the preview: one video track; null while the camera is off. */
  camera: OwnDevice & Readonly<{ stream: MediaStream | null }>
  screen: Readonly<{ state: 'off' | 'opening' | 'on'; error: DeviceError | null }>
  microphones: readonly DeviceOption[]
  cameras: readonly DeviceOption[]
  speakers: readonly DeviceOption[]
  canCapture: boolean
  canShareScreen: boolean
  /** No more can join; those in it stay. */
  isFull: boolean
  /** There is speech at the muted microphone. Nothing of it leaves the page. */
  isTalkingMuted: boolean
  /** The microphone is on, and not the least sound comes from it. */
  isMicrophoneSilent: boolean
  /** Who records the call, oneself included (CA17); also before one has joined. */
  recorders: readonly RecorderName[]
  effects: Readonly<Record<EffectName, EffectSnapshot>>
  /** Why the others cannot be reached, where the server has said so; null otherwise. */
  pathError: ErrorCode | null
}>

export type CallOptions = Readonly<{
  world: CallWorld
  presence: PresencePort
  /** Whose call this is, for the own participant. */
  self: Readonly<{ personId: PersonId; name: string }>
  /** None by default: then only direct paths are found. */
  ice?: IcePort
  /** Who talks with the participants beside the call. */
  besides?: Besides
}>

export type CallEngine = Readonly<{
  snapshot(): CallSnapshot
  /** After any change of the snapshot. */
  onChange(listener: () => void): Undo
  /** Opens the wanted devices without joining. The call takes them over as they are. */
  openPreview(wishes: DeviceWishes): void
  /** Releases the devices of a preview; does nothing in a call. */
  closePreview(): void
  /** Joins with what is on. Does not wait for devices: they follow. Refused only if the call is full. */
  join(): 'full' | null
  /** Releases every device and every connection. */
  leave(): void
  /** Opens the device if it is not open yet; off keeps it open and silent. */
  setMicrophone(isOn: boolean): void
  /** Off releases the device. */
  setCamera(isOn: boolean): void
  chooseMicrophone(deviceId: string): void
  chooseCamera(deviceId: string): void
  /** Noise is taken out of the microphone's sound, the blur is behind the person at the camera. */
  setEffect(name: EffectName, isOn: boolean): void
  /** Must be called from a click. Ends without error if the person cancels. */
  startScreen(): void
  stopScreen(): void
  /** Says to everybody that this peer records the call, or does no more (CA17). Ends with the call. */
  setRecording(isRecording: boolean): void
  /** What of this machine is heard by the others: its microphone, and what its screen sounds like. */
  ownSounds(): readonly MediaStreamTrack[]
  /** Loudness of the own microphone now: 0 is silence, 1 is as loud as it gets, null is not measured. For meters. */
  microphoneLevel(): number | null
  /**
   * Tells how large a participant's picture is shown, in pixels of the screen, or that it is not: its sender then
   * sends no more than that (CA12). Until this is told, it is sent as large as may be.
   */
  setShown(clientId: number, picture: PictureName, size: PictureSize | null): void
  /** The newest numbers of each link, by clientID; empty outside a call. Read anew every two seconds. */
  stats(): ReadonlyMap<number, LinkStats>
  /** The words that both ends of a link compare (CA10); null while there is no link. Rejects if it cannot be loaded. */
  codeOf(clientId: number, roomId: RoomId): Promise<readonly string[] | null>
  [Symbol.dispose](): void
}>

/** How often health, silence and loudness are looked at. */
const tickMs = 250
/** A tick this late means that the machine slept: its old paths are likely dead. */
const sleptMs = 5_000

export function createCall(options: CallOptions): CallEngine {
  return new Call(options)
}

class Call implements CallEngine {
  readonly #options: CallOptions
  readonly #listeners = new Listeners()
  readonly #inputs: Inputs
  readonly #screen: Screen
  readonly #ice: Ice
  readonly #undos: readonly Undo[]
  #isPreview = false
  #isRecording = false
  #mesh: Mesh | null = null
  #speaking = silent
  #voice = noVoice
  #cancelTick: Undo | null = null
  #snapshot: CallSnapshot
  /** Undefined while it is being made. */
  #certificate: RTCCertificate | null | undefined

  constructor(options: CallOptions) {
    const { world, presence } = options
    this.#options = options
    this.#inputs = new Inputs(world.media, () => this.#update())
    this.#screen = new Screen(world.media, () => this.#update())
    this.#ice = new Ice(world.clock, options.ice ?? null, () => this.#iceChanged())
    this.#undos = [
      presence.onChange(() => this.#update()),
      world.onOnline(() => this.#online()),
      world.onWake(() => this.#mesh?.poke()),
      world.onPageHide(() => this.leave()),
    ]
    this.#snapshot = this.#look()
    void world.certificate().then((certificate) => {
      this.#certificate = certificate
      this.#mesh?.reconcile()
    })
  }

  snapshot(): CallSnapshot {
    return this.#snapshot
  }

  onChange(listener: () => void): Undo {
    return this.#listeners.add(listener)
  }

  openPreview(wishes: DeviceWishes): void {
    if (this.#mesh !== null) return
    this.#isPreview = true
    this.#ice.start()
    this.#inputs.open(wishes)
  }

  closePreview(): void {
    if (this.#mesh === null) this.leave()
  }

  join(): 'full' | null {
    if (this.#mesh !== null) return null
    if (this.#isFull()) return 'full'
    const { world, presence, besides } = this.#options
    this.#isPreview = false
    this.#inputs.open(null)
    this.#ice.start()
    this.#mesh = new Mesh({
      world,
      presence,
      ice: this.#ice,
      certificate: () => this.#certificate,
      ...(besides && { besides }),
      onChange: () => this.#update(),
    })
    this.#mesh.join(this.#outgoing())
    this.#tickLater()
    this.#update()
    return null
  }

  leave(): void {
    const mesh = this.#mesh
    this.#mesh = null
    this.#isPreview = false
    this.#isRecording = false
    this.#cancelTick?.()
    mesh?.leave()
    this.#ice.stop()
    this.#screen.stop()
    this.#inputs.close()
    this.#speaking = silent
    this.#voice = noVoice
    this.#update()
  }

  setMicrophone(isOn: boolean): void {
    this.#inputs.set(this.#inputs.microphone, isOn)
  }

  setCamera(isOn: boolean): void {
    this.#inputs.set(this.#inputs.camera, isOn)
  }

  chooseMicrophone(deviceId: string): void {
    this.#inputs.choose(this.#inputs.microphone, deviceId)
  }

  chooseCamera(deviceId: string): void {
    this.#inputs.choose(this.#inputs.camera, deviceId)
  }

  setEffect(name: EffectName, isOn: boolean): void {
    this.#inputs.setEffect(name, isOn)
  }

  startScreen(): void {
    if (this.#mesh !== null) this.#screen.start()
  }

  stopScreen(): void {
    this.#screen.stop()
  }

  setRecording(isRecording: boolean): void {
    this.#isRecording = isRecording && this.#mesh !== null
    this.#update()
  }

  ownSounds(): readonly MediaStreamTrack[] {
    const { microphone, screenAudio } = this.#outgoing().tracks
    return [microphone, screenAudio].filter((track) => track !== null)
  }

  microphoneLevel(): number | null {
    return this.#inputs.level()
  }

  setShown(clientId: number, picture: PictureName, size: PictureSize | null): void {
    this.#mesh?.show(clientId, { [picture]: size && tellableSize(size) })
  }

  stats(): ReadonlyMap<number, LinkStats> {
    return this.#mesh?.stats() ?? new Map()
  }

  async codeOf(clientId: number, roomId: RoomId): Promise<readonly string[] | null> {
    const { pairCode } = await import('#shared/call/pair-code.ts')
    const descriptions = this.#mesh?.descriptionsOf(clientId) ?? null
    return descriptions === null ? null : pairCode(descriptions.local, descriptions.remote, roomId)
  }

  [Symbol.dispose](): void {
    this.#listeners.clear()
    this.leave()
    for (const undo of this.#undos) undo()
    this.#ice[Symbol.dispose]()
    this.#inputs[Symbol.dispose]()
  }

  #online(): void {
    this.#ice.online()
    this.#mesh?.online()
  }

  #iceChanged(): void {
    this.#mesh?.reconfigure()
    this.#update()
  }

  #tickLater(): void {
    const { clock } = this.#options.world
    const startedAtMs = clock.nowMs()
    this.#cancelTick = clock.after(tickMs, () => {
      this.#tickLater()
      if (clock.nowMs() - startedAtMs > sleptMs) this.#online()
      const heard = this.#inputs.heard()
      this.#speaking = hear(this.#speaking, heard.openLevel ?? 0, clock.nowMs())
      this.#voice = listenToOneself(this.#voice, heard, clock.nowMs())
      this.#mesh?.tick()
    })
  }

  #outgoing(): Outgoing {
    const { microphone, noise, blur } = this.#inputs
    const tracks = {
      microphone: noise.track,
      camera: blur.track,
      screen: this.#screen.picture,
      screenAudio: this.#screen.sound,
    }
    return {
      tracks,
      hasMicrophone: microphone.snapshot().state === 'on',
      hasCamera: tracks.camera !== null,
      hasScreen: tracks.screen !== null,
      ...(this.#isRecording && { isRecording: true }),
    }
  }

  /** Tells the others and the listeners what is different. */
  #update(): void {
    this.#mesh?.send(this.#outgoing())
    const next = keepSame(this.#snapshot, this.#look())
    if (next === this.#snapshot) return
    this.#snapshot = next
    this.#listeners.tell()
  }

  #look(): CallSnapshot {
    const { microphone, camera } = this.#inputs
    const { media } = this.#options.world
    const participants = this.#mesh === null ? [] : [this.#self(), ...this.#mesh.participants()]
    return {
      status: this.#mesh !== null ? 'in-call' : this.#isPreview ? 'preview' : 'idle',
      participants,
      microphone: microphone.snapshot(),
      camera: { ...camera.snapshot(), stream: this.#inputs.preview() },
      screen: this.#screen.snapshot(),
      ...this.#inputs.lists(),
      canCapture: media.canCapture,
      canShareScreen: media.canShareScreen,
      isFull: this.#isFull(),
      isTalkingMuted: this.#voice.isTalkingMuted,
      isMicrophoneSilent: this.#voice.isSilent,
      recorders: recordersOf(participants, this.#options.presence.others()),
      effects: { noise: this.#inputs.noise.snapshot(), blur: this.#inputs.blur.snapshot() },
      pathError: this.#ice.errorCode,
    }
  }

  #self(): ParticipantSnapshot {
    const { presence, self } = this.#options
    const { hasMicrophone, hasCamera, hasScreen } = this.#outgoing()
    return {
      clientId: presence.clientId,
      ...self,
      isSelf: true,
      state: 'connected',
      hasMicrophone,
      hasCamera,
      hasScreen,
      isRecording: this.#isRecording,
      isSpeaking: hasMicrophone && this.#speaking.isSpeaking,
      quality: this.#mesh?.ownQuality() ?? goodQuality,
      voice: null,
      camera: this.#inputs.preview(),
      screen: this.#screen.stream,
    }
  }

  #isFull(): boolean {
    const states = [...this.#options.presence.others().values()]
    return states.filter(({ call }) => readCallPresence(call) !== null).length >= callParticipantsMax
  }
}
