/**
 * How much of a link its pictures may take, so that a voice always gets through. Pure.
 *
 * Browsers share out a link's bitrate by themselves, and well, while there is enough. Where there is not, a picture
 * that is sent all the same makes the voice late and lossy: so it becomes small, then pauses, and is tried again after
 * a while, more rarely each time that does not go well.
 */
import type { LinkStats } from './stats.ts'

/** What pictures may take: all that their size is worth, little, or nothing. */
export type Ease = 'full' | 'small' | 'none'

export type UplinkState = Readonly<{
  ease: Ease
  sinceMs: number
  /** When more was tried last. */
  triedAtMs: number
  /** How long it stays before more is tried. */
  patienceMs: number
  /** Readings in a row that were bad. */
  badCount: number
}>

/** Below this a link carries a voice and a small picture … */
const smallBelowBitrate = 200_000
/** … and below this a voice alone. */
const noneBelowBitrate = 90_000
/** Losses that retransmission and redundancy do not mend. */
const lossMax = 0.12
/** A queue this long is our own doing. */
const roundTripMaxMs = 1_200
/** One bad reading may be chance. */
const badCountMax = 2
const patienceMsMin = 10_000
const patienceMsMax = 80_000
/** How long it stays small after an interruption. */
const carefulMs = 4_000
/** Less than this after trying more, it did not go well. */
const relapseMs = 10_000

export const freeUplink: UplinkState = {
  ease: 'full',
  sinceMs: 0,
  triedAtMs: -Infinity,
  patienceMs: patienceMsMin,
  badCount: 0,
}

/**
 * After an interruption: the browser believes in next to nothing, and a whole picture to begin with would take seconds.
 */
export function carefulUplink(nowMs: number): UplinkState {
  return { ...freeUplink, ease: 'small', sinceMs: nowMs, patienceMs: carefulMs }
}

/** The next state after a reading of the link. */
export function stepUplink(state: UplinkState, stats: LinkStats, nowMs: number): UplinkState {
  if (isBad(state.ease, stats)) {
    const badCount = state.badCount + 1
    if (badCount < badCountMax || state.ease === 'none') return { ...state, badCount }
    const isRelapse = nowMs - state.triedAtMs < relapseMs
    const patienceMs = isRelapse ? Math.min(state.patienceMs * 2, patienceMsMax) : patienceMsMin
    return {
      ...state,
      ease: state.ease === 'full' ? 'small' : 'none',
      sinceMs: nowMs,
      patienceMs,
      badCount: 0,
    }
  }
  const mayTryMore = nowMs - state.sinceMs >= state.patienceMs && hasRoom(state.ease, stats)
  if (state.ease === 'full' || !mayTryMore) return { ...state, badCount: 0 }
  const ease = state.ease === 'none' ? 'small' : 'full'
  return { ...state, ease, sinceMs: nowMs, triedAtMs: nowMs, badCount: 0 }
}

function isBad(ease: Ease, { availableBitrate, lossOut, roundTripMs }: LinkStats): boolean {
  if ((lossOut ?? 0) > lossMax || (roundTripMs ?? 0) > roundTripMaxMs) return true
  const neededBitrate = ease === 'full' ? smallBelowBitrate : ease === 'small' ? noneBelowBitrate : 0
  return availableBitrate !== null && availableBitrate < neededBitrate
}

/** Without a picture a browser does not learn what more would go: only trying tells. */
function hasRoom(ease: Ease, { availableBitrate }: LinkStats): boolean {
  return ease !== 'small' || availableBitrate === null || availableBitrate > smallBelowBitrate
}
