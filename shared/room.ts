/**
 * A room: which documents it has, and what each role may do.
 *
 * Rules D1–D3, RO1 and BO5 of docs/PROTOCOL.md.
 */
import type { Addresses } from './addresses.ts'
import type { Drawing } from './drawing.ts'
import { isRoomId, isSheetId, type RoomId, type SheetId } from './ids.ts'

/** What a person is in a room. A guest was let in by a link and has no account. */
export type Role = 'owner' | 'moderator' | 'member' | 'guest'

/** Who may enter a room: anyone signed in, or only by invite. */
export type RoomAccess = 'open' | 'invite'

export type { Addresses } from './addresses.ts'
export type { Drawing } from './drawing.ts'

export type RoomAction = 'read' | 'write' | 'call' | 'invite' | 'configure' | 'moderate'

const actionsByRole: Readonly<Record<Role, ReadonlySet<RoomAction>>> = {
  owner: new Set(['read', 'write', 'call', 'invite', 'configure', 'moderate']),
  moderator: new Set(['read', 'write', 'call', 'invite', 'configure', 'moderate']),
  member: new Set(['read', 'write', 'call', 'invite']),
  guest: new Set(['read', 'write', 'call']),
}

/** Whether a role allows an action (RO1). */
export function may(role: Role, action: RoomAction): boolean {
  return actionsByRole[role].has(action)
}

/** Whether a role may draw where a room lets these draw (BO5). */
export function mayDraw(role: Role, drawing: Drawing): boolean {
  switch (drawing) {
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
  room: ['info', 'people', 'boards', 'chat'],
  chat: ['m', 'r', 's', 'p'],
  board: ['shapes', 'texts'],
} as const satisfies Record<DocumentKind, readonly string[]>

/** The sheet every room starts with. */
export const firstSheetId = 'main' as SheetId

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
  access: RoomAccess
  drawing: Drawing
  addresses: Addresses
  call: 'open' | 'locked'
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
