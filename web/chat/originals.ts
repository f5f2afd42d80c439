/** What messages answer. */
import type { Author } from './chat-store.ts'
import type { ChatRow } from './engine/chat-log.ts'

/** A message that is shown, one that is not shown now, or one that was deleted. */
export type Original = Readonly<{ row: ChatRow; author: Author | undefined }> | 'elsewhere' | 'deleted'

/** The same object while nothing of it changes: rows are compared by it. */
const made = new WeakMap<ChatRow, Exclude<Original, string>>()

export function originalOf(row: ChatRow, author: Author | undefined): Original {
  const before = made.get(row)
  if (before !== undefined && before.author === author) return before
  const original = { row, author }
  made.set(row, original)
  return original
}
