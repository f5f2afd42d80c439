/**
 * Who may write and delete what in a document of each kind: the rules of the guard, as data and small pure functions.
 *
 * Rules D2, D3, CH1, CH2 and BO1 of docs/PROTOCOL.md. A writer is known by their seat, which every struct's clientID
 * carries (ID3), and by their role.
 */
import { isShapeRow, parseShapeKey } from '../board/shape.ts'
import { isMessageValue, parseMessageKey } from '../chat/message.ts'
import { may, type DocumentKind, type Role } from '../room.ts'
import type { Seat } from '../ids.ts'

export type Writer = Readonly<{ seat: Seat; role: Role }>

export type Policy = Readonly<{
  /** Whether this writer may change the document at all. */
  mayWrite(writer: Writer): boolean
  /** Whether the root map `root` may have `value` under `key`, set by this writer. */
  allowsEntry(root: string, key: string, value: unknown, writer: Writer): boolean
  /** Whether this writer may delete what the seat `owner` made. */
  mayDelete(owner: Seat, writer: Writer): boolean
}>

export const policies: Readonly<Record<DocumentKind, Policy>> = {
  // The server's alone (D3).
  room: {
    mayWrite: () => false,
    allowsEntry: () => false,
    mayDelete: () => false,
  },
  chat: {
    mayWrite: (writer) => may(writer.role, 'write'),
    allowsEntry: (root, key, value, writer) =>
      root === 'm' && parseMessageKey(key)?.seat === writer.seat && isMessageValue(value),
    mayDelete: (owner, writer) => owner === writer.seat || may(writer.role, 'moderate'),
  },
  board: {
    mayWrite: (writer) => may(writer.role, 'draw'),
    // Whoever takes back an erasure puts another's row in its place again.
    allowsEntry: (root, key, value) => {
      const parsed = root === 'shapes' ? parseShapeKey(key) : null
      return parsed?.register === null && isShapeRow(value)
    },
    mayDelete: () => true,
  },
}
