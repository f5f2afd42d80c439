/** The chat of the room this page is in. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { parsePlace, placeOf, type MessageKey, type MessagePlace } from '#shared/chat/message.ts'
import type { RoomId, Seat } from '#shared/ids.ts'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import { useHomeStore } from '../home/home-store.ts'
import { useFilesStore } from '../files/files-store.ts'
import { useRoomStore } from '../room/room-store.ts'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { toast } from '../ui/toast.ts'
import type { ChatLog, ChatRow } from './engine/chat-log.ts'
import type { ChatView, Threads } from './engine/chat-ports.ts'
import { mentionsIn } from './engine/mentions.ts'
import type { Goal, Seek } from './engine/seek.ts'
import type { ThreadLog } from './engine/thread-log.ts'
import { openChatLog } from './open-chat-log.ts'
import { markRead as markReadTo, readHere } from './read-markers.ts'

/** After this long without a key somebody does not write any more. */
const typingMs = 4_000

/** Somebody of the room, as beside what they wrote. */
export type Author = Readonly<{ name: string; personId: string }>

/** A message that was gone to: a new object each time. */
export type Reached = Readonly<{ key: MessageKey }>

/** What is fetched after the room is shown, and before it is asked for. */
export const loadSeek = () => import('./engine/seek.ts')
export const loadThreadLog = () => import('./engine/thread-log.ts')

export const useChatStore = defineStore('chat', () => {
  const { t } = useI18n()
  const room = useRoomStore()
  const home = useHomeStore()
  const files = useFilesStore()
  /** The root of the thread that is shown instead of the room's own talk. */
  const thread = shallowRef<MessagePlace | null>(null)
  const threads = shallowRef<Threads>(new Map())
  const rows = shallowRef<readonly ChatRow[]>([])
  /** The room's newest, and what is said in threads among them; also while a thread is shown. */
  const said = shallowRef<readonly ChatRow[]>([])
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
  let threadLog: ThreadLog | null = null
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
    readCount.value = readHere(opened.personId, opened.roomId, room.room?.readCount ?? 0)
    draft.value = recallDraft(opened.roomId, null)
    const look = (): void => {
      if (threadLog === null) show(made)
      threads.value = made.threads()
      said.value = made.all()
      waiting.value = made.waiting()
      isCurrent.value = made.isTailCurrent
      canWrite.value = made.canWrite
      stampedCount.value = made.stampedCount
      goOn()
    }
    made.onChange(look)
    look()
    // Where it cannot be fetched, what waits is listed with fewer words.
    import('./changes-store.ts').then(({ useChangesStore }) => {
      if (log === made) endChanges = useChangesStore().open(made, opened)
    }, console.warn)
  }

  function show(view: ChatView): void {
    rows.value = view.rows()
    isLoaded.value = view.isLoaded
    hasOlder.value = view.hasOlder
    hasNewer.value = view.hasNewer
    lacksOlder.value = view.lacksOlder
    lacksNewer.value = view.lacksNewer
  }

  /** Shows a thread, and of its replies those about `page`. Throws where its code cannot be fetched. */
  async function openThread(root: MessagePlace, page?: number): Promise<void> {
    const opened = log
    const { ThreadLog } = await loadThreadLog()
    if (opened === null || log !== opened) return
    threadLog?.[Symbol.dispose]()
    const made = new ThreadLog(opened, root)
    threadLog = made
    if (page !== undefined) made.showPage(page)
    made.onChange(() => {
      show(made)
    })
    show(made)
    turnTo(root)
  }

  /** Shows the room's own talk again. */
  function closeThread(): void {
    threadLog?.[Symbol.dispose]()
    threadLog = null
    if (log !== null) show(log)
    turnTo(null)
  }

  /** Each place has its own draft. */
  function turnTo(root: MessagePlace | null): void {
    setTyping(false)
    thread.value = root
    draft.value = session === null ? '' : recallDraft(session.roomId, root)
    files.turnTo(root === null ? '' : placeOf(root))
  }

  function close(): void {
    setTyping(false)
    endChanges?.()
    endChanges = null
    threadLog?.[Symbol.dispose]()
    threadLog = null
    thread.value = null
    threads.value = new Map()
    log?.[Symbol.dispose]()
    log = null
    files.close()
    session = null
    rows.value = []
    said.value = []
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
    const root = thread.value === null ? undefined : placeOf(thread.value)
    log?.send(text, { replyTo, thread: root, mentions: mentionsIn(text, room.members), files: values })
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
    const wanted = log
    const begin = ({ Seek }: typeof import('./engine/seek.ts')): void => {
      if (wanted === null || wanted !== log) return
      seek = new Seek(wanted, goal)
      goOn()
    }
    loadSeek().then(begin, cannotBeFetched)
  }

  /** Code that was not fetched yet, while the server is away. */
  function cannotBeFetched(): void {
    toast(t('chat.seek.waiting'))
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
    if (found.kind === 'found') arrive(found.key).catch(cannotBeFetched)
    else toast(t(`chat.seek.${found.kind}`))
  }
  /** A reply is shown in its thread, and the room's talk stays at its end. */
  async function arrive(key: MessageKey): Promise<void> {
    const row = log?.all().find((one) => one.key === key)
    const root = parsePlace(row?.thread ?? '')
    if (root !== null) {
      await openThread(root, row?.page ?? undefined)
      log?.showLatest()
    } else if (threadLog !== null) closeThread()
    reached.value = { key }
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
    remember(draftKey(session.roomId, thread.value), text === '' ? null : text)
    setTyping(text.trim() !== '')
  }

  function setTyping(isTyping: boolean): void {
    clearTimeout(typingTimer)
    session?.presence.set('isTyping', isTyping ? true : undefined)
    if (isTyping) typingTimer = setTimeout(setTyping, typingMs, false)
  }

  /** Everything that is here has been seen. Told to the server, or kept until it is heard. */
  async function markRead(): Promise<void> {
    const count = stampedCount.value
    if (session === null || isKeptUnread.value || count <= readCount.value) return
    readCount.value = count
    home.noteRead(session.roomId)
    await markReadTo(session.personId, session.roomId, { readCount: count })
  }

  /** From the message of this number on. */
  async function markUnread(number: number): Promise<void> {
    if (session === null) return
    isKeptUnread.value = true
    readCount.value = Math.min(readCount.value, number - 1)
    await markReadTo(session.personId, session.roomId, { readCount: number - 1, isBack: true })
  }

  return {
    thread,
    threads,
    openThread,
    /** Back to where the thread begins. */
    leaveThread(): void {
      const root = thread.value
      closeThread()
      if (root !== null) goTo(root)
    },
    rows,
    said,
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
    showOlder: () => (threadLog ?? log)?.showOlder(),
    showNewer: () => (threadLog ?? log)?.showNewer(),
    showLatest: () => (threadLog ?? log)?.showLatest(),
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

const draftKey = (roomId: RoomId, root: MessagePlace | null): string =>
  root === null ? `draft.${roomId}` : `draft.${roomId}.${placeOf(root)}`

function recallDraft(roomId: RoomId, root: MessagePlace | null): string {
  const value = recall(draftKey(roomId, root))
  return typeof value === 'string' ? value : ''
}
