/** Messages of the room this page is in that hold some words, ready to be shown; fetched when words are typed. */
import { parseMessageKey } from '#shared/chat/message.ts'
import type { SearchHit } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import { useI18n } from '../i18n.ts'
import { useChatStore, type Author } from './chat-store.ts'
import { foundParts, type FoundPart } from './found-text.ts'
import { permalink } from './permalink.ts'
import { noFilter, search } from './search.ts'
import { useTimes } from './times.ts'

export type FoundMessage = Readonly<{
  id: number
  author: Author
  when: string
  parts: readonly FoundPart[]
  /** Path of the page that shows it. */
  path: string
}>

/** The newest of them, at most so many. Throws like every call of `api`. */
export async function findMessages(
  roomId: RoomId,
  query: string,
  countMax: number,
): Promise<readonly FoundMessage[]> {
  const { hits } = await search(roomId, { ...noFilter, q: query, before: '' })
  const { timeOf, dayOf } = useTimes()
  return hits.slice(0, countMax).map((hit) => ({
    id: hit.id,
    author: authorOf(hit),
    when: `${dayOf(hit.arrivedAtMs)}, ${timeOf(hit.arrivedAtMs)}`,
    parts: foundParts(hit.text, query),
    path: permalink('', roomId, hit),
  }))
}

/** Who wrote it, as the room knows them now. */
export function authorOf({ key }: Pick<SearchHit, 'key'>): Author {
  const { t } = useI18n()
  const seat = parseMessageKey(key)?.seat
  const known = seat === undefined ? undefined : useChatStore().authors.get(seat)
  return known ?? { name: t('chat.somebody'), personId: '' }
}
