/**
 * What one does with a message: which actions it has for this person, and which of them is under way.
 *
 * The server decides (RO1, CH6); what is not offered here would be refused.
 */
import { defineStore } from 'pinia'
import { shallowRef, type Component } from 'vue'
import IconCopy from '~icons/lucide/copy'
import IconDelete from '~icons/lucide/trash-2'
import IconEdit from '~icons/lucide/pencil'
import IconLink from '~icons/lucide/link'
import IconPin from '~icons/lucide/pin'
import IconUnpin from '~icons/lucide/pin-off'
import IconUnread from '~icons/lucide/message-square-dot'
import IconReport from '~icons/lucide/flag'
import IconReply from '~icons/lucide/reply'
import IconThread from '~icons/lucide/messages-square'
import type { MessageKey } from '#shared/chat/message.ts'
import { may } from '#shared/room.ts'
import { wordsOf } from '../api.ts'
import { useI18n } from '../i18n.ts'
import { useRoomStore } from '../room/room-store.ts'
import { toast } from '../ui/toast.ts'
import { useChatStore } from './chat-store.ts'
import type { ChatRow } from './engine/chat-log.ts'
import { openThreadOf } from './open-thread.ts'
import { permalink } from './permalink.ts'
import { usePinsStore } from './pins-store.ts'

export type MessageAction = Readonly<{
  label: string
  icon: Component
  onSelect: () => void
  danger?: boolean
}>

export const useMessageActions = defineStore('message-actions', () => {
  const { t } = useI18n()
  const room = useRoomStore()
  const chat = useChatStore()
  const pins = usePinsStore()
  /** The message that is being answered, changed, or may be deleted or reported. */
  const replyingTo = shallowRef<ChatRow | null>(null)
  const editing = shallowRef<MessageKey | null>(null)
  const deleting = shallowRef<ChatRow | null>(null)
  const reporting = shallowRef<ChatRow | null>(null)

  const isOwn = (row: ChatRow): boolean => row.seat === room.self?.seat

  /** The server has counted it: only then can one refer to it. */
  const mayReact = (row: ChatRow): boolean => chat.canWrite && row.number !== null && row.text !== ''

  /** It is not in a thread itself. */
  const mayReplyInThread = (row: ChatRow): boolean =>
    chat.thread === null &&
    row.thread === null &&
    row.number !== null &&
    (chat.canWrite || chat.threads.has(row.key))

  function replyInThread(row: ChatRow | undefined): void {
    if (row !== undefined && mayReplyInThread(row)) void openThreadOf(row)
  }

  function actionsOf(row: ChatRow): readonly MessageAction[] {
    const { page, key, number } = row
    const isSent = page !== null && row.number !== null
    const threading = mayReplyInThread(row)
      ? [{ label: t('chat.reply_in_thread'), icon: IconThread, onSelect: () => replyInThread(row) }]
      : []
    if (row.text === '') return threading
    const mayDelete = isOwn(row) || may(room.room?.role ?? 'guest', 'moderate')
    return [
      ...(mayReact(row)
        ? [{ label: t('chat.reply'), icon: IconReply, onSelect: () => (replyingTo.value = row) }]
        : []),
      ...threading,
      ...(chat.canWrite && isOwn(row)
        ? [{ label: t('chat.edit'), icon: IconEdit, onSelect: () => (editing.value = key) }]
        : []),
      {
        label: t('chat.copy_text'),
        icon: IconCopy,
        onSelect: () => void copy(row.text, t('chat.text_copied')),
      },
      ...(isSent
        ? [{ label: t('chat.copy_link'), icon: IconLink, onSelect: () => void copyLink({ page, key }) }]
        : []),
      ...(isSent && pins.mayPin ? [pinning(key)] : []),
      ...(number === null
        ? []
        : [
            {
              label: t('chat.mark_unread'),
              icon: IconUnread,
              onSelect: () => void chat.markUnread(number),
            },
          ]),
      // Whoever moderates the room, or is in a conversation, has nobody to report it to.
      ...(isSent && !mayDelete && room.room?.room.others === null
        ? [{ label: t('chat.report'), icon: IconReport, onSelect: () => (reporting.value = row) }]
        : []),
      ...(chat.canWrite && mayDelete
        ? [
            {
              label: t('chat.delete'),
              icon: IconDelete,
              onSelect: () => (deleting.value = row),
              danger: true,
            },
          ]
        : []),
    ]
  }

  const pinning = (key: MessageKey): MessageAction =>
    pins.keys.has(key)
      ? { label: t('chat.unpin'), icon: IconUnpin, onSelect: () => void pins.unpin(key) }
      : { label: t('chat.pin'), icon: IconPin, onSelect: () => void pins.pin(key) }

  async function copyLink(place: Readonly<{ page: number; key: MessageKey }>): Promise<void> {
    if (room.roomId === null) return
    await copy(permalink(location.origin, room.roomId, place), t('chat.link_copied'))
  }

  async function copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      toast(done, { tone: 'good' })
    } catch {
      // Browsers give the clipboard only to secure pages, and not to every one of them.
      toast(t('chat.not_copied'), { tone: 'bad' })
    }
  }

  function react(row: ChatRow, reaction: string): void {
    try {
      chat.react(row.key, reaction)
    } catch (error) {
      toast(wordsOf(error), { tone: 'bad' })
    }
  }

  /** One's last message that can be changed, if the newest are shown. */
  function editLast(): boolean {
    const last = chat.hasNewer ? undefined : chat.rows.findLast(isOwn)
    if (last !== undefined) editing.value = last.key
    return last !== undefined
  }

  function close(): void {
    replyingTo.value = null
    editing.value = null
    deleting.value = null
    reporting.value = null
  }

  return {
    replyingTo,
    editing,
    deleting,
    reporting,
    mayReact,
    mayReplyInThread,
    replyInThread,
    actionsOf,
    react,
    editLast,
    close,
  }
})
