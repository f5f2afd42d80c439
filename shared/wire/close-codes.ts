/**
 * WebSocket close codes (RFC 6455 §7.4.2: 4000–4999 are ours). Rule W1 of docs/PROTOCOL.md.
 */
export const closeCodes = {
  /** The server is going away; come back soon. */
  goingAway: 1001,
  /** A text frame: only binary is spoken here. */
  notBinary: 1003,
  /** Bytes that are no frame of this protocol. */
  malformed: 4400,
  /** No session, or it has ended. */
  signedOut: 4401,
  /** Not a document this person may open. */
  forbidden: 4403,
  /** Reads, answers or authenticates too slowly. */
  tooSlow: 4408,
  /** The same peer is here twice. */
  duplicate: 4409,
  /** A forged or broken update. */
  refused: 4422,
  /** The client is of another version than the server speaks. */
  outdated: 4426,
  /** Over a limit. */
  tooMuch: 4429,
  /** Nothing can be saved at the moment. */
  readOnly: 4503,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]
