/** Searching what was said in a room. */
import { AppError } from '#shared/errors.ts'
import type { SearchResponse } from '#shared/http.ts'
import type { PersonId } from '#shared/ids.ts'
import { searchHitsMax, searchLengthMax, searchWordsMax } from '#shared/limits.ts'
import type { Logger } from '../log.ts'
import type { Rooms } from '../rooms/rooms.ts'
import type { Store } from '../store/open.ts'

type Options = Readonly<{
  store: Pick<Store, 'messages' | 'disk'>
  rooms: Pick<Rooms, 'enterTo'>
  log: Logger
}>

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

  /** The newest messages with all of the words, older than `before`; `roomId`, `text` and `before` may be anything. */
  return async (
    personId: PersonId,
    roomId: string,
    text: string,
    before: string,
  ): Promise<SearchResponse> => {
    const { room } = rooms.enterTo('read', personId, roomId)
    const beforeId = before === '' ? Number.MAX_SAFE_INTEGER : Number(before)
    if (text.length > searchLengthMax || !Number.isSafeInteger(beforeId))
      throw new AppError('request-malformed')
    await takeInNewest()
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
