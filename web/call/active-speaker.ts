/**
 * Whose turn it is to speak, held long enough that a cough or two who talk at once do not make the stage flicker. Pure.
 */

/** So long somebody else has to speak, without a pause, before the turn is theirs. */
const takeMs = 400
/** So long a turn lasts at least. */
const holdMs = 2_000

export type Turn = Readonly<{
  /** ClientID of whoever spoke last; null before anybody did, or after they left. */
  speakerId: number | null
  sinceMs: number
  /** Who speaks while the speaker is silent, and since when. */
  next: Readonly<{ id: number; sinceMs: number }> | null
}>

export const nobodysTurn: Turn = { speakerId: null, sinceMs: 0, next: null }

/** The turn at `nowMs`, when these are there and these of them speak. The same object if nothing changed. */
export function takeTurns(
  turn: Turn,
  present: readonly number[],
  speaking: readonly number[],
  nowMs: number,
): Turn {
  const [first] = speaking
  if (turn.speakerId === null || !present.includes(turn.speakerId)) {
    if (first !== undefined) return { speakerId: first, sinceMs: nowMs, next: null }
    return turn.speakerId === null ? turn : nobodysTurn
  }
  if (first === undefined || speaking.includes(turn.speakerId))
    return turn.next === null ? turn : { ...turn, next: null }
  const { next } = turn
  if (next === null || !speaking.includes(next.id)) return { ...turn, next: { id: first, sinceMs: nowMs } }
  const isOver = nowMs - next.sinceMs >= takeMs && nowMs - turn.sinceMs >= holdMs
  return isOver ? { speakerId: next.id, sinceMs: nowMs, next: null } : turn
}
