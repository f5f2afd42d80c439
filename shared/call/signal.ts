/**
 * Call signals: state, never messages.
 *
 * Presence is last-write-wins and coalesced, so a slot holds what its writer wants *now*: receiving it twice, or
 * missing what it held in between, changes nothing. Rules CA1–CA4 of docs/PROTOCOL.md.
 */

/** A peer's part in the room's call. */
export type CallPresence = Readonly<{
  /** New on every join: 8 characters of base36. */
  session: string
  hasMicrophone: boolean
  hasCamera: boolean
  hasScreen: boolean
}>

/** One register of negotiation from one participant to another. */
export type SignalSlot = Readonly<{
  /** The writer's session, and the session of the addressee that this slot is meant for. */
  s: string
  t: string
  /** Generation of the connection: both sides adopt the larger. */
  g: number
  /** Latest offer and latest answer, numbered within the generation; `[n, sdp]`. */
  o?: readonly [number, string]
  a?: readonly [number, string]
  /** All candidates of this generation so far, as `RTCIceCandidateInit` JSON. */
  c?: readonly SignalCandidate[]
}>

export type SignalCandidate = Readonly<{
  candidate: string
  sdpMid: string | null
  sdpMLineIndex: number | null
  usernameFragment?: string | null
}>
