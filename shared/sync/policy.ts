/**
 * Who may write and delete what in a document of each kind: the rules of the guard, as data and small pure functions.
 *
 * Rules D2, D3, CH1, CH2, CH6, RO6, BO1, BO5 and BO10 of docs/PROTOCOL.md. A writer is known by their seat, which every struct's
 * clientID carries (ID3), by their role, and by whether the room lets them draw and write.
 */
import { isListable, isSheetFields } from '../board/sheet.ts'
import { isRegisterValue, isShapeRow, parseShapeKey } from '../board/shape.ts'
import { isMessageValue, parseMessageKey } from '../chat/message.ts'
import { isReactionValue, parseReactionKey } from '../chat/reaction.ts'
import { may, type DocumentKind } from '../room.ts'
import type { Seat } from '../ids.ts'
import { mayWrite, type Writer } from './rights.ts'

export type { Writer } from './rights.ts'

export type Policy = Readonly<{
  /** Whether this writer may change the document at all. */
  mayWrite(writer: Writer): boolean
  /**
   * Whether this writer may put anything under `key` of the root map `root`: also an entry that comes deleted already,
   * for it takes the place of what was there.
   */
  allowsKey(root: string, key: string, writer: Writer): boolean
  /** Whether this writer may put `value` there. */
  allowsEntry(root: string, key: string, value: unknown, writer: Writer): boolean
  /** Whether this writer may delete what the seat `owner` made. */
  mayDelete(owner: Seat, writer: Writer): boolean
}>

type Rules = Omit<Policy, 'allowsEntry'> &
  Readonly<{ allowsValue(root: string, key: string, value: unknown): boolean }>

export const policies: Readonly<Record<DocumentKind, Policy>> = {
  // The server's alone (D3).
  room: policyOf({
    mayWrite: (writer) => mayWrite('room', writer),
    allowsKey: () => false,
    allowsValue: () => false,
    mayDelete: () => false,
  }),
  chat: policyOf({
    mayWrite: (writer) => mayWrite('chat', writer),
    allowsKey: (root, key, { seat }) =>
      (root === 'm' && parseMessageKey(key)?.seat === seat) ||
      (root === 'r' && parseReactionKey(key)?.seat === seat),
    allowsValue: (root, _key, value) => (root === 'm' ? isMessageValue(value) : isReactionValue(value)),
    mayDelete: (owner, writer) => owner === writer.seat || may(writer.role, 'moderate'),
  }),
  board: policyOf({
    mayWrite: (writer) => mayWrite('board', writer),
    // Whoever takes back an erasure puts another's row in its place again.
    allowsKey: (root, key) =>
      (root === 'shapes' && parseShapeKey(key) !== null) || (root === 'sheets' && isListable(key)),
    allowsValue: (root, key, value) => {
      if (root === 'sheets') return isSheetFields(value)
      const register = parseShapeKey(key)?.register ?? null
      return register === null ? isShapeRow(value) : isRegisterValue(register, value)
    },
    mayDelete: () => true,
  }),
}

function policyOf({ allowsValue, ...rules }: Rules): Policy {
  return {
    ...rules,
    allowsEntry: (root, key, value, writer) =>
      rules.allowsKey(root, key, writer) && allowsValue(root, key, value),
  }
}
