/**
 * What a room's chat is exported as: a manifest, the people, and every message that is left.
 *
 * Rule CH13 of docs/PROTOCOL.md. In JSON it is one object of these three, in this order.
 */
import type { FileHash } from '../files/file.ts'
import type { PersonId, RoomId, Seat } from '../ids.ts'
import type { MessageKey, Place } from './message.ts'

export type ExportFormat = 'json' | 'md'

export const exportFormats: readonly ExportFormat[] = ['json', 'md']

export const exportVersion = 1

/** All times are ISO 8601, in UTC. */
export type ExportManifest = Readonly<{
  format: 'stoa-chat'
  version: number
  room: Readonly<{ id: RoomId; title: string }>
  exportedAt: string
  /** Messages that were ever said, and pages they are on. Those deleted since are not in it. */
  messageCount: number
  pageCount: number
}>

export type ExportedPerson = Readonly<{ seat: Seat; id: PersonId; name: string; hasLeft: boolean }>

/** `size` in bytes. */
export type ExportedFile = Readonly<{ hash: FileHash; name: string; type: string; size: number }>

export type ExportedMessage = Readonly<{
  key: MessageKey
  /** How many messages of the room had arrived when it had, itself counted. */
  number: number
  seat: Seat
  /** By the author's clock, and at the server. */
  writtenAt: string
  arrivedAt: string
  editedAt?: string
  /** Markdown. */
  text: string
  replyTo?: MessageKey
  /** The root of the thread that it is in: its page, ".", its key. */
  thread?: Place
  mentions?: readonly string[]
  /** Their bytes are the room's files of these hashes (FI3). */
  files?: readonly ExportedFile[]
  reactions?: readonly Readonly<{ reaction: string; seats: readonly Seat[] }>[]
}>
