/**
 * Branded ids: what each looks like, how it is made, and who owns a Yjs clientID.
 *
 * Rules ID1–ID3 of docs/PROTOCOL.md. Pure: random bytes come in as arguments.
 */

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Somebody with an account, or a guest. 128 random bits, base64url. */
export type PersonId = Brand<string, 'PersonId'>
/** A room. 128 random bits, base64url: knowing it is not being let in, but it cannot be guessed. */
export type RoomId = Brand<string, 'RoomId'>
/** What an invite link carries. 128 random bits, base64url; stored only as SHA-256. */
export type InviteToken = Brand<string, 'InviteToken'>
/** One board of a room: 1–64 of `A-Z a-z 0-9 _ -`. The first is `main`. */
export type SheetId = Brand<string, 'SheetId'>
/** A person's permanent number in one room, 1…2^21−1, never reused. 0 is the server (ID2). */
export type Seat = Brand<number, 'Seat'>
/** A Yjs clientID: `seat * 2^32 + random32`, so the owner of every struct is known without a table (ID3). */
export type ClientId = Brand<number, 'ClientId'>

/** The seat of the server itself. */
export const serverSeat = 0 as Seat
/** Largest seat: the clientID must stay within 53 bits. */
export const seatMax = 2 ** 21 - 1
/** Bytes of chance in a PersonId, RoomId or InviteToken. */
export const idSizeBytes = 16

const idPattern = /^[A-Za-z0-9_-]{22}$/
const sheetPattern = /^[A-Za-z0-9_-]{1,64}$/
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 16 random bytes as 22 characters of base64url, without padding (RFC 4648 §5). */
export function idFromBytes(bytes: Uint8Array): string {
  if (bytes.length !== idSizeBytes) throw new RangeError(`an id is made of ${String(idSizeBytes)} bytes`)
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += alphabet.charAt((held >> bits) & 63)
    }
    held &= (1 << bits) - 1
  }
  return text + alphabet.charAt((held << (6 - bits)) & 63)
}

export function isPersonId(value: unknown): value is PersonId {
  return typeof value === 'string' && idPattern.test(value)
}

export function isRoomId(value: unknown): value is RoomId {
  return typeof value === 'string' && idPattern.test(value)
}

export function isInviteToken(value: unknown): value is InviteToken {
  return typeof value === 'string' && idPattern.test(value)
}

export function isSheetId(value: unknown): value is SheetId {
  return typeof value === 'string' && sheetPattern.test(value)
}

/** True for a seat a person may hold; the server's own is not one. */
export function isSeat(value: unknown): value is Seat {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= seatMax
}

/** A fresh clientID for a seat. `random32` is an integer in 0…2^32−1. */
export function clientIdOf(seat: Seat, random32: number): ClientId {
  return (seat * 2 ** 32 + (random32 >>> 0)) as ClientId
}

/** Whose clientID this is; null if no seat can have made it. */
export function seatOf(clientId: number): Seat | null {
  if (!Number.isSafeInteger(clientId) || clientId < 0) return null
  const seat = Math.floor(clientId / 2 ** 32)
  return seat <= seatMax ? (seat as Seat) : null
}
