/** Opening the thread of a message that the server has counted. What cannot be fetched for it is said. */
import { wordsOf } from '../api.ts'
import { AppError } from '#shared/errors.ts'
import { toast } from '../ui/toast.ts'
import { useChatStore } from './chat-store.ts'
import type { ChatRow } from './engine/chat-row.ts'

export async function openThreadOf({ page, key }: Pick<ChatRow, 'page' | 'key'>): Promise<void> {
  if (page === null) return
  try {
    await useChatStore().openThread({ page, key })
  } catch (cause) {
    toast(wordsOf(new AppError('network-away', { cause })), { tone: 'bad' })
  }
}
