/**
 * Blurs what lies behind the person at a camera, all on this device: frames go through a worker and come back as a track.
 *
 * The network that tells a person from the rest is MediaPipe's Selfie Segmentation, of which only the weights are used.
 */
import modelUrl from '@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite?url'
import type { RunningEffect } from '../world.ts'
import { openWorker } from '../worker-address.ts'
import workerUrl from './blur-worker.ts?worker&url'

export type ToBlur = Readonly<{
  model: ArrayBuffer
  frames: ReadableStream<VideoFrame>
  made: WritableStream<VideoFrame>
}>
export type FromBlur = 'begun' | 'failed'

/** Chromium's, also outside workers (mediacapture-transform, first draft). */
type Streams = Readonly<{
  MediaStreamTrackProcessor?: new (
    options: Readonly<{ track: MediaStreamTrack; maxBufferSize: number }>,
  ) => Readonly<{ readable: ReadableStream<VideoFrame> }>
  MediaStreamTrackGenerator?: new (
    options: Readonly<{ kind: 'video' }>,
  ) => MediaStreamTrack & Readonly<{ writable: WritableStream<VideoFrame> }>
}>

/** A camera that has shown nothing for so long after it was opened shows nothing. */
const beginMsMax = 15_000

export async function blurBackground(source: MediaStreamTrack, onFail: () => void): Promise<RunningEffect> {
  const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as Streams
  if (MediaStreamTrackProcessor === undefined || MediaStreamTrackGenerator === undefined)
    throw new DOMException('no frames of tracks', 'NotSupportedError')
  const response = await fetch(modelUrl)
  if (!response.ok) throw new Error(`${modelUrl} gave ${String(response.status)}`)
  const model = await response.arrayBuffer()
  const worker = openWorker(workerUrl)
  const track = new MediaStreamTrackGenerator({ kind: 'video' })
  // Frames come out as large as they go in, which a track that was made does not know of itself.
  track.getSettings = () => source.getSettings()
  const effect: RunningEffect = {
    track,
    [Symbol.dispose]: () => {
      worker.terminate()
      track.stop()
    },
  }
  try {
    const { readable: frames } = new MediaStreamTrackProcessor({ track: source, maxBufferSize: 1 })
    const message: ToBlur = { model, frames, made: track.writable }
    const hasBegun = begin(worker)
    worker.postMessage(message, [model, message.frames, message.made])
    await hasBegun
  } catch (error) {
    effect[Symbol.dispose]()
    throw error
  }
  worker.addEventListener('message', onFail)
  worker.addEventListener('error', onFail)
  return effect
}

/** Resolves with the first frame. */
async function begin(worker: Worker): Promise<void> {
  const undo = new AbortController()
  const { signal } = undo
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => {
        reject(new Error('the blur could not begin'))
      }
      const listener = ({ data }: MessageEvent<FromBlur>): void => {
        if (data === 'begun') resolve()
        else fail()
      }
      worker.addEventListener('message', listener, { signal })
      worker.addEventListener('error', fail, { signal })
      const timer = setTimeout(fail, beginMsMax)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
      })
    })
  } finally {
    undo.abort()
  }
}
