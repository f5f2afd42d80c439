/**
 * A room: which documents it has, and what each role may do.
 *
 * Rules D1–D3, RO1, RO6–RO8 and BO5 of docs/PROTOCOL.md.
 */
import type { Addresses } from './addresses.ts'
import type { Drawing } from './drawing.ts'
import type { Entry } from './entry.ts'
import { isRoomId, isSheetId, type RoomId, type SheetId } from './ids.ts'
import type { Posting } from './posting.ts'
import type { SlowSeconds } from './slow.ts'

/** What a person is in a room. A guest was let in by a link and has no account. */
export type Role = 'owner' | 'moderator' | 'member' | 'guest'

/** Who may enter a room: anyone signed in, or only by invite. */
export type RoomAccess = 'open' | 'invite'

export type { Addresses } from './addresses.ts'
export type { Drawing } from './drawing.ts'
export type { Entry } from './entry.ts'
export type { Posting } from './posting.ts'

export type RoomAction = 'read' | 'write' | 'call' | 'pin' | 'invite' | 'configure' | 'moderate' | 'archive'

const actionsByRole: Readonly<Record<Role, ReadonlySet<RoomAction>>> = {
  owner: new Set(['read', 'write', 'call', 'pin', 'invite', 'configure', 'moderate', 'archive']),
  moderator: new Set(['read', 'write', 'call', 'pin', 'invite', 'configure', 'moderate']),
  member: new Set(['read', 'write', 'call', 'pin', 'invite']),
  guest: new Set(['read', 'write', 'call']),
}

/** Whether a role allows an action (RO1). */
export function may(role: Role, action: RoomAction): boolean {
  return actionsByRole[role].has(action)
}

/** Whether somebody may put another out of the room or of its call, by their roles (RO8, CA6). */
export function mayPutOut(by: Role, other: Role): boolean {
  return may(by, 'moderate') && other !== 'owner' && (by === 'owner' || other !== 'moderator')
}

/** Whether somebody may make another this in the room: its owner decides, and a guest has no account to be trusted with (RO7). */
export function mayMake(by: Role, other: Role, role: Role): boolean {
  return by === 'owner' && other !== 'owner' && other !== 'guest' && role !== 'guest'
}

/** What is left to do in a room that is archived (RO4). */
export function isLeftInArchive(action: RoomAction): boolean {
  return action === 'read' || action === 'archive'
}

/** Whether a role may draw where a room lets these draw (BO5). */
export function mayDraw(role: Role, drawing: Drawing): boolean {
  return isAmong(role, drawing)
}

/** Whether a role may write in the chat of a room that lets these (RO6). */
export function mayPost(role: Role, posting: Posting): boolean {
  return may(role, 'write') && isAmong(role, posting)
}

function isAmong(role: Role, circle: Drawing): boolean {
  switch (circle) {
    case 'everyone':
      return true
    case 'members':
      return role !== 'guest'
    case 'moderators':
      return may(role, 'moderate')
  }
}

/** One of a room's documents (D1). Pages count from 0. */
export type DocumentRef =
  | Readonly<{ kind: 'room'; roomId: RoomId }>
  | Readonly<{ kind: 'chat'; roomId: RoomId; page: number }>
  | Readonly<{ kind: 'board'; roomId: RoomId; sheetId: SheetId }>

export type DocumentKind = DocumentRef['kind']

/** The root types a document of each kind has; no other may be created (D2). */
export const rootsByKind = {
  room: ['info', 'people', 'boards', 'chat', 'pins'],
  chat: ['m', 'r', 's', 'p'],
  board: ['shapes', 'texts', 'sheets'],
} as const satisfies Record<DocumentKind, readonly string[]>

/** The sheet every room starts with. */
export const firstSheetId = 'main' as SheetId

/** The document that lists the sheets, and is none itself (BO10). */
export const sheetListId = 'sheets' as SheetId

/** The name a document has on the wire and in the log (D1). */
export function documentName(ref: DocumentRef): string {
  switch (ref.kind) {
    case 'room':
      return `room/${ref.roomId}`
    case 'chat':
      return `chat/${ref.roomId}/${String(ref.page)}`
    case 'board':
      return `board/${ref.roomId}/${ref.sheetId}`
  }
}

const pagePattern = /^(0|[1-9][0-9]{0,8})$/

/** The document a name means, or null if no document can have that name (W-07). */
export function parseDocumentName(name: string): DocumentRef | null {
  if (name.length > 128) return null
  const [kind, roomId, part, ...rest] = name.split('/')
  if (rest.length > 0 || !isRoomId(roomId)) return null
  if (kind === 'room') return part === undefined ? { kind, roomId } : null
  if (kind === 'chat' && part !== undefined && pagePattern.test(part))
    return { kind, roomId, page: Number(part) }
  if (kind === 'board' && isSheetId(part)) return { kind, roomId, sheetId: part }
  return null
}

/** What the room document's `info` map holds. */
export type RoomInfo = Readonly<{
  title: string
  topic: string
  isArchived: boolean
  access: RoomAccess
  drawing: Drawing
  posting: Posting
  addresses: Addresses
  entry: Entry
  /** CH15. */
  slow: SlowSeconds
  call: 'open' | 'locked'
  /** The oldest version that reads the room's documents (D4). */
  v: number
}>

/** What the room document's `people` map holds for each seat, keyed by the seat in decimal. */
export type RoomPerson = Readonly<{
  personId: string
  name: string
  role: Role
  /** They are not in the room any more, but what they wrote is. */
  hasLeft?: true
  /** Somebody who moderates has put them out of the call (CA6). */
  isOutOfCall?: true
}>

/** What the room document's `chat` map holds. */
export type RoomChat = Readonly<{
  /** Number of the newest page. */
  tail: number
}>

/** What the room document's `boards` map holds for each sheet, keyed by its id. */
export type RoomBoard = Readonly<{ name: string; order: number }>
