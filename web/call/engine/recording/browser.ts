/** The recorder's world in a browser. See world.ts. */
import { browserClock } from '../browser-world.ts'
import { openRecordingFile } from './file.ts'
import { openStudio, type StudioOptions } from './studio.ts'
import type { CaptureListener, RecorderWorld, RecordingFormat } from './world.ts'

/** What plays in most places first. */
const formats: readonly RecordingFormat[] = [
  { mimeType: 'video/mp4;codecs=avc1.42E01F,mp4a.40.2', extension: 'mp4' },
  { mimeType: 'video/mp4;codecs=avc1.42E01F,opus', extension: 'mp4' },
  { mimeType: 'video/webm;codecs=vp9,opus', extension: 'webm' },
  { mimeType: 'video/webm;codecs=vp8,opus', extension: 'webm' },
]
/** How often what is recorded is handed over: so much is lost when the power fails. */
const pieceMs = 1_000
const keyFrameMs = 2_000
/** Bits per second: text of a shared screen stays readable, and an hour is about a gigabyte. */
const pictureBitrate = 2_200_000
const soundBitrate = 128_000

export function browserRecorderWorld(options: StudioOptions): RecorderWorld {
  return {
    clock: browserClock,
    format: () => {
      if (typeof MediaRecorder === 'undefined') return null
      return formats.find(({ mimeType }) => MediaRecorder.isTypeSupported(mimeType)) ?? null
    },
    openFile: openRecordingFile,
    openStudio: () => openStudio(options),
    capture,
  }
}

function capture(stream: MediaStream, { mimeType }: RecordingFormat, listener: CaptureListener): () => void {
  const recorder = new MediaRecorder(stream, {
    mimeType,
    videoBitsPerSecond: pictureBitrate,
    audioBitsPerSecond: soundBitrate,
    // Pieces of an MP4 end before a whole picture.
    videoKeyFrameIntervalDuration: keyFrameMs,
  } as MediaRecorderOptions)
  let hasFailed = false
  recorder.addEventListener('dataavailable', ({ data }) => {
    listener.piece(data)
  })
  recorder.addEventListener('error', () => {
    hasFailed = true
  })
  // Follows an error as well (W3C MediaStream Recording §2.3).
  recorder.addEventListener('stop', () => {
    listener.ended(hasFailed)
  })
  recorder.start(pieceMs)
  return () => {
    if (recorder.state !== 'inactive') recorder.stop()
  }
}
