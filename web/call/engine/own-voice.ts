/**
 * What a person should be told of their own voice: that they talk while muted, or that nothing comes from their
 * microphone at all. Pure.
 */
import { hear, silent, type Speaking } from './levels.ts'

export type OwnVoice = Readonly<{
  isTalkingMuted: boolean
  isSilent: boolean
  speaking: Speaking
  /** Since when there is speech without a pause, or not the least sound. */
  talkingSinceMs: number | null
  quietSinceMs: number | null
}>

/** Loudness of the microphone now, while it is muted and while it is open. Null is not known, or not so. */
export type Heard = Readonly<{
  mutedLevel: number | null
  openLevel: number | null
  /** The system, or a switch on the microphone itself, lets nothing through. */
  isCutOff: boolean
}>

/** A cough, or a word to somebody in the same room, is none. */
const talkMinMs = 900
/** What a microphone itself makes of silence is louder than this: -100 dB. Below, nothing reaches the browser. */
const soundMin = 1e-5
const silentMinMs = 8_000

export const noVoice: OwnVoice = {
  isTalkingMuted: false,
  isSilent: false,
  speaking: silent,
  talkingSinceMs: null,
  quietSinceMs: null,
}

export function listenToOneself(
  voice: OwnVoice,
  { mutedLevel, openLevel, isCutOff }: Heard,
  nowMs: number,
): OwnVoice {
  const speaking = mutedLevel === null ? silent : hear(voice.speaking, mutedLevel, nowMs)
  const talkingSinceMs = speaking.isSpeaking ? (voice.talkingSinceMs ?? nowMs) : null
  const isQuiet = openLevel !== null && openLevel < soundMin
  const quietSinceMs = isQuiet ? (voice.quietSinceMs ?? nowMs) : null
  return {
    isTalkingMuted: talkingSinceMs !== null && nowMs - talkingSinceMs >= talkMinMs,
    isSilent: isCutOff || (quietSinceMs !== null && nowMs - quietSinceMs >= silentMinMs),
    speaking,
    talkingSinceMs,
    quietSinceMs,
  }
}
