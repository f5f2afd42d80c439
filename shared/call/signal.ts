/**
 * Call signals: state, never messages.
 *
 * Presence is last-write-wins and coalesced, so a slot holds what its writer wants *now*: receiving it twice, late, or
 * not at all because a newer one replaced it, changes nothing. Rules of docs/PROTOCOL.md:
 *
 * - CA1: of two slots of one session the one with the larger (g, v) is the truth; the other is ignored.
 * - CA2: a session is new on every join. A slot counts only between the two sessions it names, and both sides adopt
 *   the larger generation.
 * - CA3: the first offer of a generation is made by the higher clientID; after that, either side may offer, and on a
 *   collision the higher clientID gives way.
 *
 * What is not a slot, or is too large, is ignored (S-02).
 */
import { signalSlotSizeMax } from '../limits.ts'

/** A peer's part in the room's call. */
export type CallPresence = Readonly<{
  /** New on every join: 8 characters of base36. */
  session: string
  /** True while it can be heard: there is a microphone and it is not muted. */
  hasMicrophone: boolean
  hasCamera: boolean
  hasScreen: boolean
  /** It records the call; absent while it does not (CA17). */
  isRecording?: true
}>

/** One register of negotiation from one participant to another. */
export type SignalSlot = Readonly<{
  /** The writer's session, and the session of the addressee that this slot is meant for. */
  s: string
  t: string
  /** Generation of the connection, from 0: both sides adopt the larger. */
  g: number
  /** Version of this slot within the generation: two paths may deliver out of order (CA1). */
  v: number
  /** The offer that waits for an answer, and the answer that its offerer may not have yet; `[n, sdp]`. */
  o?: Description
  a?: Description
  /** All candidates of the descriptions in force. */
  c?: readonly SignalCandidate[]
}>

/** Number of the offer within the generation and its writer, and the SDP. An answer carries its offer's number. */
export type Description = readonly [number, string]

export type SignalCandidate = Readonly<{
  candidate: string
  sdpMid: string | null
  sdpMLineIndex: number | null
  usernameFragment: string | null
}>

/** Generations and versions above this are forged: an honest call makes a handful. */
const counterMax = 1_000_000
/** Candidates in one slot: a machine with a dozen interfaces has about 60. */
const candidatesMax = 128
const sessionPattern = /^[a-z0-9]{8}$/

/** A new call session. `random` yields numbers in [0, 1). */
export function newCallSession(random: () => number): string {
  return Array.from({ length: 8 }, () => Math.floor(random() * 36).toString(36)).join('')
}

/** Reads what a peer says of its part in the call; null if it is in none, or speaks nonsense. */
export function readCallPresence(value: unknown): CallPresence | null {
  if (!isRecord(value)) return null
  const { session, hasMicrophone, hasCamera, hasScreen, isRecording } = value
  if (typeof session !== 'string' || !sessionPattern.test(session)) return null
  if (
    typeof hasMicrophone !== 'boolean' ||
    typeof hasCamera !== 'boolean' ||
    typeof hasScreen !== 'boolean'
  ) {
    return null
  }
  return { session, hasMicrophone, hasCamera, hasScreen, ...(isRecording === true && { isRecording }) }
}

/** Reads a slot; null if it is none (S-02). The result holds nothing but what a slot has. */
export function readSignalSlot(value: unknown): SignalSlot | null {
  if (!isRecord(value)) return null
  const { s, t, g, v } = value
  if (typeof s !== 'string' || !sessionPattern.test(s) || typeof t !== 'string' || !sessionPattern.test(t))
    return null
  if (!isCounter(g) || !isCounter(v)) return null
  const o = value.o === undefined ? null : readDescription(value.o)
  const a = value.a === undefined ? null : readDescription(value.a)
  const c = value.c === undefined ? null : readCandidates(value.c)
  if ((value.o !== undefined && !o) || (value.a !== undefined && !a) || (value.c !== undefined && !c))
    return null
  const slot = { s, t, g, v, ...(o && { o }), ...(a && { a }), ...(c && { c }) }
  return slotSize(slot) > signalSlotSizeMax ? null : slot
}

/** What a slot weighs, in UTF-16 code units of its JSON; SDP and candidates are ASCII, so these are bytes. */
export function slotSize(slot: SignalSlot): number {
  return JSON.stringify(slot).length
}

/** The slot with as many of its candidates as may stand in it, those found first: a path by one of them is enough. */
export function fitSlot(slot: SignalSlot): SignalSlot {
  const { c, ...rest } = slot
  if (c === undefined) return slot
  let fitting = { ...rest, c: c.slice(0, candidatesMax) }
  while (fitting.c.length > 0 && slotSize(fitting) > signalSlotSizeMax)
    fitting = { ...rest, c: fitting.c.slice(0, Math.floor(fitting.c.length * 0.8)) }
  return fitting
}

function readDescription(value: unknown): Description | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [n, sdp] = value as unknown[]
  return isCounter(n) && typeof sdp === 'string' && sdp.length <= signalSlotSizeMax ? [n, sdp] : null
}

function readCandidates(value: unknown): SignalCandidate[] | null {
  if (!Array.isArray(value) || value.length > candidatesMax) return null
  const candidates: SignalCandidate[] = []
  for (const item of value as unknown[]) {
    if (!isRecord(item)) return null
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = item
    if (typeof candidate !== 'string' || candidate.length > 512) return null
    if (!isShortText(sdpMid) || !isShortText(usernameFragment)) return null
    if (sdpMLineIndex !== null && !isCounter(sdpMLineIndex)) return null
    candidates.push({ candidate, sdpMid, sdpMLineIndex, usernameFragment })
  }
  return candidates
}

function isCounter(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= counterMax
}

/** ICE fragments are at most 256 characters (RFC 8839 §5.4). */
function isShortText(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= 256)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
