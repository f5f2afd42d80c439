/** Reporting messages to those who moderate their room. Rule RO11 of docs/PROTOCOL.md. */
import { AppError } from '#shared/errors.ts'
import { parseMessageKey, type MessageKey } from '#shared/chat/message.ts'
import type { PersonId } from '#shared/ids.ts'
import { reportsPerPersonMax } from '#shared/limits.ts'
import type { ReportRequest, ReportsResponse } from '#shared/report.ts'
import type { News } from '../news/news.ts'
import type { Clock } from '../ports.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/open.ts'

type Options = Readonly<{
  store: Pick<Store, 'db' | 'reports' | 'messages' | 'decisions'>
  rooms: Pick<Rooms, 'enterTo'>
  news: Pick<News, 'reported'>
  clock: Clock
}>

export type Reports = ReturnType<typeof createReports>

/** `roomId` and `key` may be anything. */
export function createReports({ store, rooms, news, clock }: Options) {
  return {
    /** Throws forbidden for one's own messages, and in conversations, which nobody moderates. */
    report(personId: PersonId, roomId: string, key: string, { reason }: ReportRequest): void {
      const { room, seat } = rooms.enterTo('read', personId, roomId)
      if (!isKey(key) || !store.messages.isLeft(room.id, key)) throw new AppError('not-found')
      if (room.directKey !== null || parseMessageKey(key)?.seat === seat.seat) throw new AppError('forbidden')
      if (store.reports.countBy(room.id, personId) >= reportsPerPersonMax)
        throw new AppError('too-many-requests')
      if (store.reports.add({ roomId: room.id, key, byPersonId: personId, reason, nowMs: clock() }))
        news.reported({ roomId: room.id, key, byPersonId: personId })
    },

    list(personId: PersonId, roomId: string): ReportsResponse {
      return { reports: store.reports.list(rooms.enterTo('moderate', personId, roomId).room.id) }
    },

    /** It was looked at. */
    settle(personId: PersonId, roomId: string, key: string): void {
      const { room } = rooms.enterTo('moderate', personId, roomId)
      if (!isKey(key)) throw new AppError('not-found')
      store.db.transaction(() => {
        if (!store.reports.remove(room.id, key)) return
        store.decisions.add({
          roomId: room.id,
          kind: 'settled-report',
          byPersonId: personId,
          personId: null,
          nowMs: clock(),
        })
      })()
    },
  }
}

function isKey(text: string): text is MessageKey {
  return parseMessageKey(text) !== null
}
