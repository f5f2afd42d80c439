/** One message as it is shown. Pure. */
import type { MessageKey } from '#shared/chat/message.ts'
import type { Seat } from '#shared/ids.ts'

export type Reaction = Readonly<{ text: string; seats: readonly Seat[] }>

export type ChatRow = Readonly<{
  key: MessageKey
  /** The page it stands on; null while it is on none. */
  page: number | null
  /** How many messages of the room had arrived when it had, itself counted; null while sending. */
  number: number | null
  seat: Seat
  text: string
  /** By the author's clock; null where it was not edited. */
  editedAtMs: number | null
  replyTo: MessageKey | null
  /** In an order that is the same for everybody. */
  reactions: readonly Reaction[]
  state: 'sending' | 'sent'
  /** By the author's clock. */
  sentAtMs: number
  /** At the server; null while sending. */
  arrivedAtMs: number | null
  l: number
  order: number | null
}>

export function isSameRow(a: ChatRow, b: ChatRow): boolean {
  return (
    a.key === b.key &&
    a.page === b.page &&
    a.number === b.number &&
    a.text === b.text &&
    a.editedAtMs === b.editedAtMs &&
    a.replyTo === b.replyTo &&
    a.state === b.state &&
    a.arrivedAtMs === b.arrivedAtMs &&
    a.l === b.l &&
    a.order === b.order &&
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
