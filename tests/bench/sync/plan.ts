/** What the load generator is told to do, and what it answers: messages between two processes. */

/** Yjs over Hocuspocus' frames, as our server and a bare one speak them; or socket.io's events. */
export type Dialect = 'yjs' | 'socket.io'

/** The cookie and the seat are for our server; the others ask for neither. */
export type Speaker = Readonly<{ cookie: string; seat: number }>

/** `name` is that of the chat's document; socket.io has a room of that name. */
export type TalkingRoom = Readonly<{ name: string; speakers: readonly Speaker[] }>

export type Plan = Readonly<{
  dialect: Dialect
  port: number
  rooms: readonly TalkingRoom[]
  /** Messages of one speaker; 0 for people who are only there. */
  perSecond: number
  warmUpMs: number
  measureMs: number
}>

export type Answer =
  /** Everybody is connected. */
  | Readonly<{ kind: 'open' }>
  /** The writes that count begin now. */
  | Readonly<{ kind: 'measuring' }>
  /** They have ended. */
  | Readonly<{ kind: 'measured' }>
  | Readonly<{ kind: 'result'; result: Result }>

export type Result = Readonly<{
  writes: number
  /** Writes × the others who were to see them, and how many of those never came. */
  deliveries: number
  lost: number
  p50Ms: number
  p99Ms: number
  /** How much of one core the generator itself took. */
  generatorShare: number
}>
