/**
 * What a recording needs of the machine it runs on. `browser.ts` is the real one; tests have their own.
 */
import type { StageOrder } from '../../stage-order.ts'
import type { Clock } from '../world.ts'

export type RecordingFormat = Readonly<{
  mimeType: string
  /** Without a dot. */
  extension: string
}>

/** What is recorded at a moment. */
export type Scene = Readonly<{
  order: StageOrder
  /** ClientID of whoever's turn it is, who is seen even where not all fit. */
  speakerId: number | null
  /** The others' voices, and what their screens sound like. */
  voices: readonly MediaStream[]
  ownSounds: readonly MediaStreamTrack[]
}>

/** Where all that is seen and heard becomes one stream. */
export type Studio = Readonly<{
  stream: MediaStream
  show(scene: Scene): void
  [Symbol.dispose](): void
}>

/**
 * A file that grows by pieces. Writes come one after another. What is written stays written, whatever fails later; a
 * disk that is full rejects with a QuotaExceededError.
 */
export type RecordingFile = Readonly<{
  write(piece: Blob): Promise<void>
  /** Closes it. What was written, of whatever length, to be saved; it lasts longer than the file. */
  finish(): Promise<Blob>
  /** Nothing is left of it. */
  discard(): Promise<void>
}>

export type CaptureListener = Readonly<{
  piece(piece: Blob): void
  /** After the last piece. */
  ended(hasFailed: boolean): void
}>

export type RecorderWorld = Readonly<{
  clock: Clock
  /** Null where the browser records nothing that it could play. */
  format(): RecordingFormat | null
  openFile(name: string): Promise<RecordingFile>
  openStudio(): Studio
  /** Begins at once. Returns what ends it: the rest comes by the listener. */
  capture(stream: MediaStream, format: RecordingFormat, listener: CaptureListener): () => void
}>
