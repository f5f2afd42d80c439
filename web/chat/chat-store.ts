/** The chat of the room this page is in. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { RoomId } from '#shared/ids.ts'
import { api, codeOf } from '../api.ts'
import { recall, remember } from '../device.ts'
import { useRoomStore } from '../room/room-store.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { ChatLog, type ChatRow, type ChatWorld } from './engine/chat-log.ts'

/** After this long without a key somebody does not write any more. */
const typingMs = 4_000

export const useChatStore = defineStore('chat', () => {
  const room = useRoomStore()
  const rows = shallowRef<readonly ChatRow[]>([])
  const isLoaded = shallowRef(false)
  const isSynced = shallowRef(false)
  const canWrite = shallowRef(false)
  /** Messages the server has counted, and how many of them this person has read. */
  const stampedCount = shallowRef(0)
  const readCount = shallowRef(0)
  const draft = shallowRef('')
  let log: ChatLog | null = null
  let session: RoomSession | null = null
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  function open(opened: RoomSession): void {
    close()
    session = opened
    const made = new ChatLog({
      chain: {
        seat: opened.seat,
        tail: () => opened.chatTail(),
        onTail: (listener) => opened.onChatTail(listener),
        openPage: (page) => opened.openChat(page),
      },
      outbox: opened.openOutbox(),
      world: browserWorld,
    })
    log = made
    readCount.value = room.room?.readCount ?? 0
    draft.value = recallDraft(opened.roomId)
    const look = (): void => {
      rows.value = made.rows()
      isLoaded.value = made.isLoaded
      isSynced.value = made.isSynced
      canWrite.value = made.canWrite
      stampedCount.value = made.stampedCount
    }
    made.onChange(look)
    look()
  }

  function close(): void {
    setTyping(false)
    log?.[Symbol.dispose]()
    log = null
    session = null
    rows.value = []
    isLoaded.value = false
    isSynced.value = false
    canWrite.value = false
    stampedCount.value = 0
  }

  /** Throws the code of errors.ts where the text may not be sent; then the draft stays. */
  function send(): void {
    log?.send(draft.value.trim())
    setDraft('')
  }

  /** Kept on this device; the others see that something is being written. */
  function setDraft(text: string): void {
    draft.value = text
    if (session === null) return
    remember(draftKey(session.roomId), text === '' ? null : text)
    setTyping(text.trim() !== '')
  }

  function setTyping(isTyping: boolean): void {
    clearTimeout(typingTimer)
    session?.presence.set('isTyping', isTyping ? true : undefined)
    if (isTyping) typingTimer = setTimeout(setTyping, typingMs, false)
  }

  /** Everything that is here has been seen. Told to the server; while it is away the next reading tells it. */
  async function markRead(): Promise<void> {
    const count = stampedCount.value
    if (session === null || count <= readCount.value) return
    readCount.value = count
    try {
      await api.markRead(session.roomId, { readCount: count })
    } catch (error) {
      if (codeOf(error) !== 'network-away') throw error
    }
  }

  return {
    rows,
    isLoaded,
    isSynced,
    canWrite,
    stampedCount,
    readCount,
    draft,
    unreadCount: computed(() => Math.max(0, stampedCount.value - readCount.value)),
    typingNames: computed(() =>
      room.people.filter((person) => person.isTyping && !person.isSelf).map(({ name }) => name),
    ),
    open,
    close,
    send,
    setDraft,
    markRead,
  }
})

const browserWorld: ChatWorld = {
  nowMs: Date.now,
  elapsedMs: () => performance.now(),
  random: Math.random,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => {
      clearTimeout(timer)
    }
  },
}

const draftKey = (roomId: RoomId): string => `draft.${roomId}`

function recallDraft(roomId: RoomId): string {
  const value = recall(draftKey(roomId))
  return typeof value === 'string' ? value : ''
}
