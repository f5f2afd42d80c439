/**
 * What a call needs of the machine it runs on: time, chance, connections and devices.
 *
 * Everything the engine touches comes through here, so that it runs on fakes in Node. `browser-world.ts` is the real
 * one. Invariant: nothing else in this folder names a global of the browser.
 */
import type { EffectName } from './effect.ts'

/** Undoes what returned it. Calling it twice does nothing. */
export type Undo = () => void

export type Clock = Readonly<{
  /** Milliseconds from a fixed point; never goes back. */
  nowMs(): number
  /** Runs `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Undo
}>

/** The devices of this machine and the questions to its owner. Rejects as the browser does. */
export type MediaWorld = Readonly<{
  /** False on a page without HTTPS: browsers then have no devices to give. */
  canCapture: boolean
  canShareScreen: boolean
  openDevices(constraints: MediaStreamConstraints): Promise<MediaStream>
  openScreen(options: DisplayMediaStreamOptions): Promise<MediaStream>
  listDevices(): Promise<readonly MediaDeviceInfo[]>
  onDevicesChange(listener: () => void): Undo
  /** What the person has already answered, or null where the browser does not tell. */
  permission(kind: 'microphone' | 'camera'): Promise<PermissionState | null>
  streamOf(tracks: readonly MediaStreamTrack[]): MediaStream
  /** A loudness meter on a track, or null where there is none. */
  meter(track: MediaStreamTrack): Meter | null
  /** Logical processors, as the browser tells it. */
  coresCount: number
  /** Null where the browser cannot do it. */
  effects: Readonly<Record<EffectName, EffectWorld | null>>
}>

/**
 * Starts an effect on a track, which goes on. Rejects if it cannot be fetched or started; `onFail` is called if it ends
 * by itself later.
 */
export type EffectWorld = (source: MediaStreamTrack, onFail: () => void) => Promise<RunningEffect>

export type RunningEffect = Readonly<{
  track: MediaStreamTrack
  /** Ends the track, but not its source. */
  [Symbol.dispose](): void
}>

export type Meter = Readonly<{
  /** Loudness now: 0 is silence, 1 is as loud as it gets. Null while the browser lets nothing be measured. */
  level(): number | null
  [Symbol.dispose](): void
}>

export type CallWorld = Readonly<{
  clock: Clock
  /** In [0, 1), unpredictable. */
  random(): number
  media: MediaWorld
  connect(configuration: RTCConfiguration): RTCPeerConnection
  /** What this browser signs a call's connections with: one for all of them (CA11). Null where it cannot be had. */
  certificate(): Promise<RTCCertificate | null>
  /** What this browser can receive, or null where it does not tell. */
  codecs(kind: 'audio' | 'video'): readonly RTCRtpCodec[] | null
  /** The device has a network again. */
  onOnline(listener: () => void): Undo
  /** The network, or the page, has woken up or changed: what was a path before may be none now. */
  onWake(listener: () => void): Undo
  /** The page is about to go: the last moment to say goodbye. */
  onPageHide(listener: () => void): Undo
}>
