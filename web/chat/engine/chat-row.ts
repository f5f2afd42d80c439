/** One message as it is shown. Pure. */
import { parseMessageKey, type MessageKey, type MessageValue, type Place } from '#shared/chat/message.ts'
import type { FileValue } from '#shared/files/file.ts'
import type { Seat } from '#shared/ids.ts'

export type Reaction = Readonly<{ text: string; seats: readonly Seat[] }>

export type ChatRow = Readonly<{
  key: MessageKey
  /** The page it stands on; null while it is on none. */
  page: number | null
  /** How many messages of the room had arrived when it had, itself counted; null while sending. */
  number: number | null
  seat: Seat
  /** Empty where it was deleted, and only its thread is left. */
  text: string
  files: readonly FileValue[]
  /** Whom it mentions, as kept beside the text (CH10). */
  mentions: readonly string[]
  /** By the author's clock; null where it was not edited. */
  editedAtMs: number | null
  replyTo: MessageKey | null
  /** The root of the thread that it is in. */
  thread: Place | null
  /** In an order that is the same for everybody. */
  reactions: readonly Reaction[]
  /** `told`: by its author directly; the server does not have it yet. */
  state: 'sending' | 'told' | 'sent'
  /** By the author's clock. */
  sentAtMs: number
  /** At the server; null while sending. */
  arrivedAtMs: number | null
  l: number
  order: number | null
}>

/** Of most messages; the same each time, as rows are compared by it. */
export const noFiles: readonly FileValue[] = []

/** One's own that is on no page yet; null for what is no message's key. */
export function waitingRow(key: MessageKey, value: MessageValue): ChatRow | null {
  const parts = parseMessageKey(key)
  if (parts === null) return null
  return {
    ...parts,
    key,
    page: null,
    number: null,
    text: value.x,
    files: value.fs ?? noFiles,
    mentions: value.at ?? [],
    editedAtMs: value.ed ?? null,
    replyTo: value.re ?? null,
    thread: value.th ?? null,
    reactions: [],
    state: 'sending',
    arrivedAtMs: null,
    l: value.l,
    order: null,
  }
}

export function isSameRow(a: ChatRow, b: ChatRow): boolean {
  return (
    a.key === b.key &&
    a.page === b.page &&
    a.number === b.number &&
    a.text === b.text &&
    a.files === b.files &&
    a.editedAtMs === b.editedAtMs &&
    a.replyTo === b.replyTo &&
    a.thread === b.thread &&
    a.state === b.state &&
    a.arrivedAtMs === b.arrivedAtMs &&
    a.l === b.l &&
    a.order === b.order &&
    a.mentions.length === b.mentions.length &&
    a.mentions.every((mention, index) => mention === b.mentions[index]) &&
    a.reactions.length === b.reactions.length &&
    a.reactions.every((reaction, index) => isSameReaction(reaction, b.reactions[index]))
  )
}

function isSameReaction(a: Reaction, b: Reaction | undefined): boolean {
  return (
    b !== undefined &&
    a.text === b.text &&
    a.seats.length === b.seats.length &&
    a.seats.every((seat, index) => seat === b.seats[index])
  )
}
