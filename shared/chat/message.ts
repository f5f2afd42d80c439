/**
 * A chat message: its key, its value, and who may write it.
 *
 * Rules CH1–CH2 of docs/PROTOCOL.md. A page keeps messages as plain JSON in the flat root map `m`, by key; the key
 * names its author's seat, so nobody can write in another's name. Pure: time and chance come in as arguments.
 */
import type { ErrorCode } from '../errors.ts'
import { isFileList, type FileValue } from '../files/file.ts'
import { isSeat, type Seat } from '../ids.ts'
import { mentionsMax, messageLengthMax, orderJumpMax } from '../limits.ts'
import { isPlainObject } from '../plain-object.ts'
import { parseMention } from './mention.ts'

/** seat in base36, ".", milliseconds in base36 (8 characters), random base36 (3 characters). */
export type MessageKey = `${string}.${string}`

/** Where a message stands, as text: the number of its page, ".", its key. */
export type Place = `${number}.${MessageKey}`

export type MessagePlace = Readonly<{ page: number; key: MessageKey }>

export type MessageValue = Readonly<{
  /** The text: markdown, 1…4,000 UTF-16 code units. */
  x: string
  /** Lamport time: 1 + the largest order its author had seen. */
  l: number
  /** The message this replies to. */
  re?: MessageKey
  /** The root of the thread that it is in (CH16). */
  th?: Place
  /** Whom it mentions (CH10). */
  at?: readonly string[]
  /** Milliseconds since 1970 of the last edit, by the author's clock. */
  ed?: number
  /** Files (FI5). */
  fs?: readonly FileValue[]
}>

export type MessageKeyParts = Readonly<{ seat: Seat; sentAtMs: number }>

const keyPattern = /^([0-9a-z]{1,5})\.([0-9a-z]{8})([0-9a-z]{3})$/

/** A new key. `random` is in [0, 1). */
export function messageKey(seat: Seat, nowMs: number, random: number): MessageKey {
  const time = Math.max(0, Math.floor(nowMs)).toString(36).padStart(8, '0').slice(-8)
  const chance = Math.floor(random * 36 ** 3)
    .toString(36)
    .padStart(3, '0')
  return `${seat.toString(36)}.${time}${chance}`
}

/** Whose key this is and when they say they wrote it; null if it is no key. */
export function parseMessageKey(key: string): MessageKeyParts | null {
  const match = keyPattern.exec(key)
  if (match === null) return null
  const [, seatText = '', timeText = ''] = match
  const seat = parseInt(seatText, 36)
  if (!isSeat(seat) || seat.toString(36) !== seatText) return null
  return { seat, sentAtMs: parseInt(timeText, 36) }
}

const placePattern = /^(0|[1-9][0-9]{0,8})\.(.+)$/

export function placeOf({ page, key }: MessagePlace): Place {
  return `${page}.${key}`
}

/** Null for what names no message. */
export function parsePlace(text: string): MessagePlace | null {
  const [, page = '', key = ''] = placePattern.exec(text) ?? []
  return parseMessageKey(key) === null ? null : { page: Number(page), key: key as MessageKey }
}

/** Why this text may not be sent, or null if it may. */
export function refuseMessageText(text: string): ErrorCode | null {
  if (text.trim() === '') return 'message-empty'
  return text.length > messageLengthMax ? 'message-too-long' : null
}

const valueFields = new Set(['x', 'l', 're', 'th', 'at', 'ed', 'fs'])

/** True if this is a message as the schema has it, whoever sent it (CH1). */
export function isMessageValue(value: unknown): value is MessageValue {
  if (!isPlainObject(value)) return false
  const { x, l, re, th, at, ed, fs } = value
  return (
    Object.keys(value).every((field) => valueFields.has(field)) &&
    typeof x === 'string' &&
    refuseMessageText(x) === null &&
    isCount(l, Number.MAX_SAFE_INTEGER - orderJumpMax) &&
    (re === undefined || (typeof re === 'string' && parseMessageKey(re) !== null)) &&
    (th === undefined || (typeof th === 'string' && parsePlace(th) !== null)) &&
    (at === undefined ||
      (Array.isArray(at) &&
        at.length <= mentionsMax &&
        at.every((mention) => typeof mention === 'string' && parseMention(mention) !== null))) &&
    (ed === undefined || isCount(ed, Number.MAX_SAFE_INTEGER)) &&
    (fs === undefined || isFileList(fs))
  )
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max
}
