/** Asks the server for messages with these words; here and not in `api`, because only a room needs it. */
import type { RoomId } from '#shared/ids.ts'
import { paths, type SearchResponse } from '#shared/http.ts'
import { request } from '../api.ts'

/** `before`: the id of the last hit so far, or nothing. Throws like every call of `api`. */
export function search(id: RoomId, query: Readonly<{ q: string; before: string }>): Promise<SearchResponse> {
  return request('GET', `${paths.search(id)}?${new URLSearchParams(query)}`) as Promise<SearchResponse>
}
