/**
 * When somebody who talks while muted is told so: at once, long enough to be read, and then not again for a while. Whoever
 * puts it away mutes on purpose, and is not told again before they have been heard. Pure.
 */
export type MutedHint = Readonly<{
  isShown: boolean
  untilMs: number
  /** Not shown again before; put away, never while it stays muted. */
  restUntilMs: number
}>

const shownMs = 8_000
const restMs = 60_000

export const noHint: MutedHint = { isShown: false, untilMs: 0, restUntilMs: 0 }

/** The hint at `nowMs`. Not muted, everything is forgotten. */
export function hintMuted(
  hint: MutedHint,
  { isMuted, isTalking }: Readonly<{ isMuted: boolean; isTalking: boolean }>,
  nowMs: number,
): MutedHint {
  if (!isMuted) return noHint
  if (hint.isShown && nowMs < hint.untilMs) return hint
  if (hint.isShown) return { ...hint, isShown: false, restUntilMs: nowMs + restMs }
  if (!isTalking || nowMs < hint.restUntilMs) return hint
  return { isShown: true, untilMs: nowMs + shownMs, restUntilMs: 0 }
}

export function putAway(hint: MutedHint): MutedHint {
  return { ...hint, isShown: false, restUntilMs: Infinity }
}
