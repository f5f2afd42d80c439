/** What the chat log of a room works on, and what it shows. */
import type { Mention } from '#shared/chat/mention.ts'
import type { MessageKey, Place } from '#shared/chat/message.ts'
import type { FileValue } from '#shared/files/file.ts'
import type { Seat } from '#shared/ids.ts'
import type { PagePort, Undo } from '../../sync/ports.ts'
import type { ChatRow } from './chat-row.ts'
import type { DeliveryWorld } from './delivery.ts'

/** The pages of one room. */
export type ChainPort = Readonly<{
  seat: Seat
  /** Number of the newest page as far as this device knows; null while it knows nothing. */
  tail(): number | null
  onTail(listener: () => void): Undo
  openPage(page: number): PagePort
  /** From one message of this person's to the next, as the room wants it now (CH15). */
  slowMs?(): number
}>

export type ChatWorld = DeliveryWorld & Readonly<{ random(): number }>

/** What goes with the text of a message. */
export type Said = Readonly<{
  replyTo?: MessageKey | undefined
  /** The root of the thread that it is said in. */
  thread?: Place | undefined
  mentions?: readonly Mention[]
  files?: readonly FileValue[]
}>

/** The run of pages that is shown. */
export type ChatWindow = Readonly<{
  first: number
  last: number
  /** Messages of the room before the first page; null while nothing of that page is here. */
  base: number | null
  /** Nothing of the last page is here. */
  lacksLast: boolean
}>

/** A list of messages of which older and newer ones are fetched as one moves on: the room's own talk, or a thread. */
export type ChatView = Readonly<{
  rows(): readonly ChatRow[]
  /** What this device keeps of it has been read. */
  isLoaded: boolean
  /** There are older messages than those shown; newer ones. */
  hasOlder: boolean
  hasNewer: boolean
  /** Nothing of the first page that is shown is here: it is on its way, or the server is away. The same of the last. */
  lacksOlder: boolean
  lacksNewer: boolean
  showOlder(): void
  showNewer(): void
  showLatest(): void
}>

/** What is known here of a thread. */
export type ThreadNow = Readonly<{
  /** Replies, those that are being sent as well. */
  count: number
  /** When the last one came; by its author's clock while it is being sent. */
  lastAtMs: number
  /** Of the last one on an open page; 0 where there is none. */
  lastNumber: number
  /** Who wrote last, each once, the last one first. */
  seats: readonly Seat[]
  /** The pages that are known to have replies, upwards. */
  pages: readonly number[]
}>

export type Threads = ReadonlyMap<MessageKey, ThreadNow>
