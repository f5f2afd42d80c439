/** Searching what was said in a room. */
import { AppError } from '#shared/errors.ts'
import type { SearchResponse } from '#shared/http.ts'
import type { PersonId } from '#shared/ids.ts'
import { searchHitsMax, searchLengthMax, searchWordsMax } from '#shared/limits.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/open.ts'

type Options = Readonly<{ store: Pick<Store, 'messages'>; rooms: Pick<Rooms, 'enterTo'> }>

export type Search = ReturnType<typeof createSearch>

export function createSearch({ store, rooms }: Options) {
  /** The newest messages with all of the words, older than `before`; `roomId`, `text` and `before` may be anything. */
  return (personId: PersonId, roomId: string, text: string, before: string): SearchResponse => {
    const { room } = rooms.enterTo('read', personId, roomId)
    const beforeId = before === '' ? Number.MAX_SAFE_INTEGER : Number(before)
    if (text.length > searchLengthMax || !Number.isSafeInteger(beforeId))
      throw new AppError('request-malformed')
    const found = store.messages.search(room.id, wordsOf(text), beforeId, searchHitsMax + 1)
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
  }
}

/** What the index can look for: of everything between spaces, what has a letter or a digit. */
function wordsOf(text: string): readonly string[] {
  const words = text.normalize('NFC').split(/\s+/u)
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).slice(0, searchWordsMax)
}
