/**
 * A room's chat as one file, for whoever may read it: JSON for programs, Markdown for people.
 *
 * Rule CH13 of docs/PROTOCOL.md. Read page by page from what is on disk, and no faster than it is taken: a long chat
 * costs no more memory than a page, and others have their turn in between. Whoever may not read on gets no more.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as Y from 'yjs'
import {
  isMessageValue,
  parseMessageKey,
  parsePlace,
  type MessageKey,
  type Place,
} from '#shared/chat/message.ts'
import {
  exportFormats,
  exportVersion,
  type ExportedFile,
  type ExportedMessage,
  type ExportedPerson,
  type ExportFormat,
  type ExportManifest,
} from '#shared/chat/export.ts'
import { compareMessages, type StampValue } from '#shared/chat/order.ts'
import { readHeader } from '#shared/chat/page.ts'
import { isReactionValue, parseReactionKey } from '#shared/chat/reaction.ts'
import { AppError } from '#shared/errors.ts'
import type { FileValue } from '#shared/files/file.ts'
import type { PersonId, RoomId, Seat } from '#shared/ids.ts'
import { exportsAtOnceMax } from '#shared/limits.ts'
import { documentName } from '#shared/room.ts'
import type { Clock } from '../ports.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/open.ts'

type Options = Readonly<{
  store: Pick<Store, 'rooms' | 'seats' | 'disk'>
  rooms: Pick<Rooms, 'enterTo'>
  /** Brings a document to the state of its log. */
  read: (name: string, doc: Y.Doc) => void
  clock: Clock
}>

export type ExportedRoom = Readonly<{ fileName: string; contentType: string; text: AsyncIterable<string> }>

export type ExportRoom = ReturnType<typeof createExport>

export function createExport({ store, rooms, read, clock }: Options) {
  const running = new Set<PersonId>()

  async function* messagesOf(personId: PersonId, roomId: RoomId, pageCount: number) {
    for (let page = 0; page < pageCount; page += 1) {
      rooms.enterTo('read', personId, roomId)
      const doc = new Y.Doc()
      read(documentName({ kind: 'chat', roomId, page }), doc)
      yield messagesOn(doc)
      doc.destroy()
      await nextTurn()
    }
  }

  async function* write(personId: PersonId, format: ExportFormat, manifest: ExportManifest) {
    // One after the other, for each person: it may be begun as often as one likes, and never read.
    if (running.has(personId) || running.size >= exportsAtOnceMax) throw new AppError('too-many-requests')
    running.add(personId)
    try {
      const people = store.seats
        .people(manifest.room.id)
        .map(({ seat, personId: id, name, leftAt }): ExportedPerson => ({
          seat,
          id,
          name,
          hasLeft: leftAt !== null,
        }))
      const pages = messagesOf(personId, manifest.room.id, manifest.pageCount)
      yield* format === 'json' ? jsonOf(manifest, people, pages) : markdownOf(manifest, people, pages)
    } finally {
      running.delete(personId)
    }
  }

  /** `roomId` and `format` may be anything. */
  return async (personId: PersonId, roomId: string, format: string): Promise<ExportedRoom> => {
    const { room } = rooms.enterTo('read', personId, roomId)
    const found = exportFormats.find((known) => known === format)
    if (found === undefined) throw new AppError('request-malformed')
    // Nothing that may still be lost (W5).
    await store.disk.flush()
    const exportedAt = isoOf(clock())
    const manifest: ExportManifest = {
      format: 'stoa-chat',
      version: exportVersion,
      room: { id: room.id, title: room.title },
      exportedAt,
      messageCount: room.messageCount,
      pageCount: store.rooms.chatTail(room.id) + 1,
    }
    return {
      fileName: `chat-${exportedAt.slice(0, 10)}.${found}`,
      contentType: found === 'json' ? 'application/json' : 'text/markdown; charset=utf-8',
      text: write(personId, found, manifest),
    }
  }
}

type Pages = AsyncIterable<readonly ExportedMessage[]>

/** One message a line, so that it can also be read line by line. */
async function* jsonOf(manifest: ExportManifest, people: readonly ExportedPerson[], pages: Pages) {
  yield `{"manifest":${JSON.stringify(manifest)},\n"people":${JSON.stringify(people)},\n"messages":[`
  let isFirst = true
  for await (const messages of pages) {
    if (messages.length === 0) continue
    yield (isFirst ? '\n' : ',\n') + messages.map((message) => JSON.stringify(message)).join(',\n')
    isFirst = false
  }
  yield '\n]}\n'
}

async function* markdownOf(manifest: ExportManifest, people: readonly ExportedPerson[], pages: Pages) {
  const names = new Map(people.map(({ seat, name }) => [seat, name]))
  yield `# ${lineOf(manifest.room.title)}\n\nExported ${manifest.exportedAt}. Times are UTC.\n`
  let day = ''
  for await (const messages of pages) {
    let text = ''
    for (const message of messages) {
      const [date = '', time = ''] = message.arrivedAt.split('T')
      if (date !== day) text += `\n## ${date}\n`
      day = date
      const edited = message.editedAt === undefined ? '' : ', edited'
      const reactions = (message.reactions ?? []).map(({ reaction, seats }) => `${reaction} ${seats.length}`)
      const thread = message.thread === undefined ? '' : `, ${threadInWords(message.thread, names)}`
      text += `\n**${lineOf(names.get(message.seat) ?? '?')}** ${time.slice(0, 5)}${edited}${thread}\n\n${message.text}\n`
      const files = (message.files ?? []).map(({ name }) => lineOf(name))
      if (files.length > 0) text += `\nFiles: ${files.join(', ')}\n`
      if (reactions.length > 0) text += `\n${reactions.join(' · ')}\n`
    }
    yield text
  }
}

/** The root may be on a page that was written long ago: its key alone says whose it is, and when they wrote it. */
function threadInWords(thread: Place, names: ReadonlyMap<Seat, string>): string {
  const root = parseMessageKey(parsePlace(thread)?.key ?? '')
  if (root === null) return 'in a thread'
  const when = isoOf(root.sentAtMs).slice(0, 16).replace('T', ' ')
  return `in a thread: ${lineOf(names.get(root.seat) ?? '?')}, ${when}`
}

/** A name or a title, without what Markdown would make of it. */
function lineOf(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&')
}

/** Those that are left, in the order they are shown in. */
function messagesOn(doc: Y.Doc): readonly ExportedMessage[] {
  const header = doc.getMap('p')
  const { a0, base } = readHeader((field) => header.get(field))
  const messages = doc.getMap('m')
  const reactions = reactionsOn(doc)
  const pairs = doc.getArray<MessageKey | StampValue>('s').toArray()
  const found: (ExportedMessage & Readonly<{ l: number; order: number }>)[] = []
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [key, stamp] = [pairs[index] as MessageKey, pairs[index + 1] as StampValue]
    const value = messages.get(key)
    const parts = parseMessageKey(key)
    if (parts === null || !isMessageValue(value)) continue
    const [sinceStart, order] = typeof stamp === 'number' ? [stamp, value.l] : stamp
    const given = reactions.get(key)
    found.push({
      key,
      number: base + index / 2 + 1,
      seat: parts.seat,
      writtenAt: isoOf(parts.sentAtMs),
      arrivedAt: isoOf(a0 + sinceStart),
      ...(value.ed === undefined ? {} : { editedAt: isoOf(value.ed) }),
      text: value.x,
      ...(value.re === undefined ? {} : { replyTo: value.re }),
      ...(value.th === undefined ? {} : { thread: value.th }),
      ...(value.at === undefined ? {} : { mentions: value.at }),
      ...(value.fs === undefined ? {} : { files: value.fs.map(fileOf) }),
      ...(given === undefined ? {} : { reactions: given }),
      l: value.l,
      order,
    })
  }
  return found.sort(compareMessages).map(({ l: _l, order: _order, ...message }) => message)
}

function fileOf({ b: hash, n: name, m: type, s: size }: FileValue): ExportedFile {
  return { hash, name, type, size }
}

function reactionsOn(doc: Y.Doc): ReadonlyMap<string, NonNullable<ExportedMessage['reactions']>> {
  const byMessage = new Map<string, Map<string, Seat[]>>()
  for (const [key, value] of doc.getMap('r')) {
    const parts = parseReactionKey(key)
    if (parts === null || !isReactionValue(value)) continue
    const seats = byMessage.get(parts.messageKey) ?? new Map<string, Seat[]>()
    byMessage.set(parts.messageKey, seats)
    for (const reaction of value) seats.set(reaction, [...(seats.get(reaction) ?? []), parts.seat])
  }
  return new Map(
    [...byMessage]
      .filter(([, seats]) => seats.size > 0)
      .map(([key, seats]) => [
        key,
        [...seats].map(([reaction, of]) => ({ reaction, seats: of.sort((a, b) => a - b) })),
      ]),
  )
}

/** Clocks of others may be anywhere: what is no time of ours is the end of time. */
function isoOf(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString()
}
