/**
 * Who is told what of their rooms (NO1, NO2 of docs/PROTOCOL.md).
 *
 * What happens at once in a room is told together, a moment later and outside the turn that saved it: people who write
 * do not wait for those who are told. Invariant: nobody is told of a room they have no seat in at that moment, nor of
 * a message that the power could still take away, or that is deleted already.
 */
import type { MessageNews, NewsEvent } from '#shared/news.ts'
import { parseMessageKey, type MessageKey } from '#shared/chat/message.ts'
import { othersIn, titleOf } from '#shared/direct.ts'
import { serverSeat, type PersonId, type RoomId, type Seat } from '#shared/ids.ts'
import { newsTextLengthMax } from '#shared/limits.ts'
import { may } from '#shared/room.ts'
import type { NewMessage } from '../chat/chat-index.ts'
import type { Logger } from '../log.ts'
import type { Store } from '../store/open.ts'
import type { RoomRow } from '../store/rooms.ts'
import type { SeatedPersonRow } from '../store/seats.ts'

/** What happens within this time is told together. */
const gatherMs = 100

/** One open page, or what stands for one. */
export type NewsReader = Readonly<{ tell(event: NewsEvent): void }>

type Options = Readonly<{
  store: Pick<Store, 'rooms' | 'seats' | 'messages'>
  log: Logger
  /** Resolves once everything that the database holds now is on disk. */
  kept: () => Promise<void>
}>

export type News = Disposable &
  Readonly<{
    /** From now on this person's page is told. Returns what ends that. */
    follow(personId: PersonId, reader: NewsReader): () => void
    /** Messages that were saved just now. */
    added(messages: readonly NewMessage[]): void
    /** What they have read of a room, or whether they want to hear of it, is not what it was. */
    seatChanged(personId: PersonId, roomId: RoomId): void
    /** A message was reported: those who moderate its room are told, but whoever has reported it. */
    reported(report: Readonly<{ roomId: RoomId; key: MessageKey; byPersonId: PersonId }>): void
    /** They came into a room, or are not in it any more. */
    roomsChanged(personId: PersonId): void
  }>

export function createNews({ store, log, kept }: Options): News {
  const readers = new Map<PersonId, Set<NewsReader>>()
  const waiting = new Map<RoomId, NewMessage[]>()
  let timer: NodeJS.Timeout | null = null

  function tell(personId: PersonId, event: NewsEvent): void {
    for (const reader of readers.get(personId) ?? []) reader.tell(event)
  }

  async function tellGathered(): Promise<void> {
    const gathered = [...waiting]
    waiting.clear()
    timer = null
    try {
      await kept()
      for (const [roomId, messages] of gathered) tellRoom(roomId, messages)
    } catch (err) {
      log.error({ err }, 'news could not be told')
    }
  }

  function tellRoom(roomId: RoomId, messages: readonly NewMessage[]): void {
    const room = store.rooms.byId(roomId)
    if (room === null) return
    const people = store.seats.people(roomId)
    const left = messages.filter(({ key }) => store.messages.isLeft(roomId, key))
    for (const person of people) {
      if (person.leftAt !== null || !readers.has(person.personId)) continue
      const isMuted = tellSeat(room, person.personId, person.seat)
      for (const message of left) {
        const kind = kindFor(person.seat, message, room.directKey !== null && !isMuted)
        if (kind !== null)
          tell(person.personId, { kind: 'message', news: messageNews(kind, room, people, person, message) })
      }
    }
  }

  /** Returns whether they want to hear of mentions only (RO5). */
  function tellSeat(room: RoomRow, personId: PersonId, seat: Seat): boolean {
    const { readCount = 0, isMuted = 0 } = store.seats.find(room.id, personId) ?? {}
    const news = {
      id: room.id,
      messageCount: room.messageCount,
      unreadCount: Math.max(0, room.messageCount - readCount),
      mentionCount: store.rooms.mentionCount(room.id, seat, readCount),
      isMuted: isMuted === 1,
      lastActiveAtMs: room.lastActiveAt,
    }
    tell(personId, { kind: 'room', news })
    return news.isMuted
  }

  return {
    follow(personId, reader) {
      const having = readers.get(personId) ?? new Set()
      readers.set(personId, having.add(reader))
      return () => {
        having.delete(reader)
        if (having.size === 0 && readers.get(personId) === having) readers.delete(personId)
      }
    },
    added(messages) {
      if (readers.size === 0) return
      for (const message of messages) {
        const gathered = waiting.get(message.roomId)
        if (gathered === undefined) waiting.set(message.roomId, [message])
        else gathered.push(message)
      }
      if (waiting.size > 0) timer ??= setTimeout(() => void tellGathered(), gatherMs)
    },
    seatChanged(personId, roomId) {
      if (!readers.has(personId)) return
      const room = store.rooms.byId(roomId)
      const seat = store.seats.find(roomId, personId)
      if (room !== null && seat !== null && seat.leftAt === null) tellSeat(room, personId, seat.seat)
    },
    reported({ roomId, key, byPersonId }) {
      const room = store.rooms.byId(roomId)
      const place = store.messages.find(roomId, key)
      if (room === null || place === null) return
      const people = store.seats.people(roomId)
      const from = people.find(({ personId }) => personId === byPersonId)?.name ?? ''
      for (const person of people) {
        const { personId, role, leftAt } = person
        if (leftAt !== null || personId === byPersonId || !may(role, 'moderate')) continue
        const news = messageNews('report', room, people, person, { key, ...place })
        tell(personId, { kind: 'message', news: { ...news, from } })
      }
    },
    roomsChanged(personId) {
      tell(personId, { kind: 'rooms' })
    },
    [Symbol.dispose]() {
      if (timer !== null) clearTimeout(timer)
      readers.clear()
    },
  }
}

/** What a message is to whoever has this seat; null where it is nothing to them. */
function kindFor(
  seat: Seat,
  { key, mentions }: NewMessage,
  isConversation: boolean,
): MessageNews['kind'] | null {
  if (parseMessageKey(key)?.seat === seat) return null
  if (mentions.some((mentioned) => mentioned === seat || mentioned === serverSeat)) return 'mention'
  return isConversation ? 'direct' : null
}

function messageNews(
  kind: MessageNews['kind'],
  room: RoomRow,
  people: readonly SeatedPersonRow[],
  { personId }: SeatedPersonRow,
  { key, page, text }: Pick<NewMessage, 'key' | 'page' | 'text'>,
): MessageNews {
  const seat = parseMessageKey(key)?.seat
  const others = people
    .filter((person) => person.personId !== personId)
    .map((person) => ({ id: person.personId, name: person.name, hasLeft: person.leftAt !== null }))
  return {
    kind,
    roomId: room.id,
    roomTitle: room.directKey === null ? room.title : titleOf(othersIn(others)),
    isConversation: room.directKey !== null,
    page,
    key,
    from: people.find((person) => person.seat === seat)?.name ?? '',
    text: beginningOf(text ?? ''),
  }
}

/** One line of it, cut between characters. */
function beginningOf(text: string): string {
  const line = text.replace(/\s+/gu, ' ').trim()
  const characters = Array.from(line)
  return characters.length <= newsTextLengthMax ? line : `${characters.slice(0, newsTextLengthMax).join('')}…`
}
