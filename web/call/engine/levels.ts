/**
 * How loud a track is, and whether that is somebody speaking.
 */
import type { Meter } from './world.ts'

/** Root mean square of a quiet voice at arm's length; a fan stays below. */
const speakingLevelMin = 0.02
/** Pauses between words do not end speaking. */
const speakingHoldMs = 600

export type Speaking = Readonly<{ isSpeaking: boolean; heardAtMs: number }>

export const silent: Speaking = { isSpeaking: false, heardAtMs: -Infinity }

/** The next state after a measured level, 0…1. */
export function hear(state: Speaking, level: number, nowMs: number): Speaking {
  if (level >= speakingLevelMin) return { isSpeaking: true, heardAtMs: nowMs }
  return state.isSpeaking && nowMs - state.heardAtMs >= speakingHoldMs ? silent : state
}

/**
 * A meter on a local track by Web Audio; null where it cannot be had. Remote tracks need none: their receiver tells
 * the level that the sender measured (RFC 6464).
 */
export function openMeter(track: MediaStreamTrack): Meter | null {
  if (typeof AudioContext === 'undefined') return null
  const context = new AudioContext()
  const source = context.createMediaStreamSource(new MediaStream([track]))
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  return {
    level: () => {
      // A page that nobody has touched yet starts its audio suspended; a refusal is answered by the next reading.
      if (context.state === 'suspended') void context.resume().catch(() => undefined)
      if (context.state !== 'running') return null
      analyser.getFloatTimeDomainData(samples)
      let sum = 0
      for (const sample of samples) sum += sample * sample
      return Math.min(1, Math.sqrt(sum / samples.length))
    },
    [Symbol.dispose]: () => {
      source.disconnect()
      // Closing an already closed context rejects; there is nothing left to do then.
      void context.close().catch(() => undefined)
    },
  }
}
