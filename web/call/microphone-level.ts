/** What a person is shown of their microphone's loudness. Pure. */

/** Root mean square of the quietest sound that a working microphone gives: -40 dB. Its own noise stays below. */
const soundMin = 0.01
/** Decibels of full scale at which the meter is empty, and full. */
const emptyDb = -50
const fullDb = -10
/** So long without any sound that the person should be told. */
const silentMs = 6_000

/** `quietMs` counts up until a first sound; null since then: a microphone that was heard once works. */
export type Hearing = Readonly<{ quietMs: number | null }>

export const unheard: Hearing = { quietMs: 0 }

/**
 * The state `passedMs` later, when the microphone is as loud as `level`, 0…1. Null where the browser does not measure, as
 * without anything to play sound on: nothing can be said of the microphone then.
 */
export function listen(hearing: Hearing, level: number | null, passedMs: number): Hearing {
  if (hearing.quietMs === null || level === null) return hearing
  return { quietMs: level >= soundMin ? null : hearing.quietMs + passedMs }
}

export function isSilent({ quietMs }: Hearing): boolean {
  return quietMs !== null && quietMs >= silentMs
}

/** How full the meter is, 0…1: as ears judge it, by decibels. */
export function meterOf(level: number): number {
  if (level <= 0) return 0
  return Math.min(1, Math.max(0, (20 * Math.log10(level) - emptyDb) / (fullDb - emptyDb)))
}
