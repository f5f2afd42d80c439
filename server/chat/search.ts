/** Searching what was said in a room. */
import { AppError } from '#shared/errors.ts'
import type { FirstSinceResponse, SearchResponse } from '#shared/http.ts'
import type { PersonId } from '#shared/ids.ts'
import { searchHitsMax, searchLengthMax, searchWordsMax } from '#shared/limits.ts'
import type { Logger } from '../log.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Wanted } from '../store/messages.ts'
import type { Store } from '../store/open.ts'

type Options = Readonly<{
  store: Pick<Store, 'messages' | 'disk'>
  rooms: Pick<Rooms, 'enterTo'>
  log: Logger
}>

type SearchQuery = Readonly<Partial<Record<'q' | 'before' | 'from' | 'since' | 'until', string>>>

export type Search = ReturnType<typeof createSearch>

export function createSearch({ store, rooms, log }: Options) {
  /** What was said a moment ago is found as well, and nothing that may still be lost (W5). */
  async function takeInNewest(): Promise<void> {
    try {
      store.disk.commit(() => {
        store.messages.takeInTexts()
      })
    } catch (err) {
      // On a disk that is full the others can be found all the same.
      log.warn({ err }, 'a search does without the newest messages')
    }
    await store.disk.flush()
  }

  return {
    /** The newest messages that have all that is asked for; everything may be anything. */
    async find(personId: PersonId, roomId: string, query: SearchQuery): Promise<SearchResponse> {
      const { room } = rooms.enterTo('read', personId, roomId)
      const { q = '', before = '', from = '', since = '', until = '' } = query
      if (q.length > searchLengthMax) throw new AppError('request-malformed')
      const wanted: Wanted = {
        words: wordsOf(q),
        beforeId: numberOf(before) ?? Number.MAX_SAFE_INTEGER,
        seat: numberOf(from),
        sinceMs: numberOf(since),
        untilMs: numberOf(until),
      }
      await takeInNewest()
      const found = store.messages.search(room.id, wanted, searchHitsMax + 1)
      return {
        hits: found.slice(0, searchHitsMax).map(({ id, key, page, at, text: said }) => ({
          id,
          key,
          page,
          arrivedAtMs: at,
          text: said,
        })),
        hasMore: found.length > searchHitsMax,
      }
    },

    /** Where the room's first message stands that came at this time or later. */
    firstSince(personId: PersonId, roomId: string, since: string): FirstSinceResponse['first'] {
      const { room } = rooms.enterTo('read', personId, roomId)
      return store.messages.firstSince(room.id, numberOf(since) ?? 0)
    },
  }
}

/** Null where it is left out. */
function numberOf(text: string): number | null {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) throw new AppError('request-malformed')
  return text === '' ? null : number
}

/** What the index can look for: of everything between spaces, what has a letter or a digit. */
function wordsOf(text: string): readonly string[] {
  const words = text.normalize('NFC').split(/\s+/u)
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).slice(0, searchWordsMax)
}
