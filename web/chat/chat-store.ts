/** The chat of the room this page is in. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { MessageKey } from '#shared/chat/message.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import { api, codeOf, wordsOf } from '../api.ts'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import { useFilesStore } from '../files/files-store.ts'
import { useRoomStore } from '../room/room-store.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { toast } from '../ui/toast.ts'
import type { ChatLog, ChatRow } from './engine/chat-log.ts'
import { mentionsIn } from './engine/mentions.ts'
import { Seek, type Goal } from './engine/seek.ts'
import { openChatLog } from './open-chat-log.ts'

/** After this long without a key somebody does not write any more. */
const typingMs = 4_000

/** Somebody of the room, as beside what they wrote. */
export type Author = Readonly<{ name: string; personId: string }>

/** A message that was gone to: a new object each time. */
export type Reached = Readonly<{ key: MessageKey }>

export const useChatStore = defineStore('chat', () => {
  const { t } = useI18n()
  const room = useRoomStore()
  const files = useFilesStore()
  const rows = shallowRef<readonly ChatRow[]>([])
  const isLoaded = shallowRef(false)
  /** What the server knows of the newest page is known here. */
  const isCurrent = shallowRef(false)
  const canWrite = shallowRef(false)
  /** There are messages before and after those shown; and nothing of the outermost page shown is on this device. */
  const hasOlder = shallowRef(false)
  const hasNewer = shallowRef(false)
  const lacksOlder = shallowRef(false)
  const lacksNewer = shallowRef(false)
  /** The message that was last gone to. */
  const reached = shallowRef<Reached | null>(null)
  const isSearching = shallowRef(false)
  /** Messages the server has counted, and how many of them this person has read. */
  const stampedCount = shallowRef(0)
  const readCount = shallowRef(0)
  /** This person has said that they have not read what they see: it stays so until they come again, or write. */
  const isKeptUnread = shallowRef(false)
  const draft = shallowRef('')
  /** One's own that the server does not have, as they will be sent. */
  const waiting = shallowRef<readonly ChatRow[]>([])
  let log: ChatLog | null = null
  let session: RoomSession | null = null
  let seek: Seek | null = null
  let isSeeking = false
  let endChanges: Undo | null = null
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  function open(opened: RoomSession): void {
    close()
    session = opened
    files.open(opened)
    const made = openChatLog(opened, files)
    log = made
    readCount.value = room.room?.readCount ?? 0
    draft.value = recallDraft(opened.roomId)
    const look = (): void => {
      rows.value = made.rows()
      waiting.value = made.waiting()
      isLoaded.value = made.isLoaded
      isCurrent.value = made.isTailCurrent
      canWrite.value = made.canWrite
      stampedCount.value = made.stampedCount
      hasOlder.value = made.hasOlder
      hasNewer.value = made.hasNewer
      lacksOlder.value = made.lacksOlder
      lacksNewer.value = made.lacksNewer
      goOn()
    }
    made.onChange(look)
    look()
    // Where it cannot be fetched, what waits is listed with fewer words.
    import('./changes-store.ts').then(({ useChangesStore }) => {
      if (log === made) endChanges = useChangesStore().open(made, opened)
    }, console.warn)
  }

  function close(): void {
    setTyping(false)
    endChanges?.()
    endChanges = null
    log?.[Symbol.dispose]()
    log = null
    files.close()
    session = null
    rows.value = []
    waiting.value = []
    isLoaded.value = false
    isCurrent.value = false
    canWrite.value = false
    stampedCount.value = 0
    hasOlder.value = false
    hasNewer.value = false
    lacksOlder.value = false
    lacksNewer.value = false
    reached.value = null
    seek = null
  }

  watch(
    () => room.room?.readCount ?? 0,
    (count) => (readCount.value = Math.max(count, readCount.value)),
  )

  /** Throws the code of errors.ts where the text may not be sent; then the draft stays. */
  function send(replyTo?: MessageKey): void {
    const text = draft.value.trim()
    const values = files.attached.flatMap(({ value }) => (value === null ? [] : [value]))
    log?.send(text, { replyTo, mentions: mentionsIn(text, room.members), files: values })
    files.take()
    setDraft('')
    isKeptUnread.value = false
  }

  function remove(key: MessageKey): void {
    const row = waiting.value.find((one) => one.key === key)
    log?.remove(key)
    if (row !== undefined) files.drop(row.files)
  }

  /** Shows a message: `reached` tells when it is there, a toast when it cannot be. */
  function goTo(goal: Goal): void {
    seek = log === null ? null : new Seek(log, goal)
    goOn()
  }

  /** Showing a page changes the log, which asks to go on: not within itself. */
  function goOn(): void {
    if (seek === null || isSeeking) return
    isSeeking = true
    const found = seek.step()
    isSeeking = false
    const isAway = room.connection.kind !== 'live' && room.connection.kind !== 'connecting'
    if (found.kind === 'waiting' && !isAway) return
    seek = null
    if (found.kind === 'found') reached.value = { key: found.key }
    else toast(t(`chat.seek.${found.kind}`))
  }
  watch(() => room.connection.kind, goOn)
  watch(
    () => room.connection.kind,
    (kind) => {
      if (kind === 'live') files.retry()
    },
  )

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
    if (session === null || isKeptUnread.value || count <= readCount.value) return
    readCount.value = count
    try {
      await api.markRead(session.roomId, { readCount: count })
    } catch (error) {
      if (codeOf(error) !== 'network-away') throw error
    }
  }

  /** From the message of this number on. */
  async function markUnread(number: number): Promise<void> {
    if (session === null) return
    isKeptUnread.value = true
    readCount.value = Math.min(readCount.value, number - 1)
    try {
      await api.markRead(session.roomId, { readCount: number - 1, isBack: true })
    } catch (error) {
      toast(wordsOf(error), { tone: 'bad' })
    }
  }

  return {
    rows,
    isLoaded,
    isCurrent,
    canWrite,
    hasOlder,
    hasNewer,
    lacksOlder,
    lacksNewer,
    reached,
    isSearching,
    stampedCount,
    readCount,
    draft,
    waiting,
    /** By seat; the same map while nobody's name changes. */
    authors: computed<ReadonlyMap<Seat, Author>>((before) => {
      const now = new Map(room.people.map(({ seat, name, personId }) => [seat, { name, personId }]))
      return before !== undefined && areSame(before, now) ? before : now
    }),
    unreadCount: computed(() => Math.max(0, stampedCount.value - readCount.value)),
    typingNames: computed(() =>
      room.people.filter((person) => person.isTyping && !person.isSelf).map(({ name }) => name),
    ),
    open,
    close,
    send,
    edit: (key: MessageKey, text: string) => log?.edit(key, text, mentionsIn(text, room.members)),
    remove,
    react: (key: MessageKey, reaction: string) => log?.react(key, reaction),
    isDeleted: (key: MessageKey) => log?.isDeleted(key) === true,
    showOlder: () => log?.showOlder(),
    showNewer: () => log?.showNewer(),
    showLatest: () => log?.showLatest(),
    goTo,
    setDraft,
    markRead,
    markUnread,
    isKeptUnread,
  }
})

function areSame(a: ReadonlyMap<Seat, Author>, b: ReadonlyMap<Seat, Author>): boolean {
  return a.size === b.size && [...b].every(([seat, { name }]) => a.get(seat)?.name === name)
}

const draftKey = (roomId: RoomId): string => `draft.${roomId}`

function recallDraft(roomId: RoomId): string {
  const value = recall(draftKey(roomId))
  return typeof value === 'string' ? value : ''
}
