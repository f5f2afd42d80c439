/** Asks the server for messages; here and not in `api`, because only a room needs it. */
import type { RoomId } from '#shared/ids.ts'
import { paths, type FirstSinceResponse, type SearchResponse } from '#shared/http.ts'
import { request } from '../api.ts'

/** A seat, and two days as year-month-day; each empty where it does not matter. Both days count. */
export type SearchFilter = Readonly<{ from: string; since: string; until: string }>

export const noFilter: SearchFilter = { from: '', since: '', until: '' }

export function countOf(filter: SearchFilter): number {
  return Object.values(filter).filter((value) => value !== '').length
}

/** `before`: the id of the last hit so far, or nothing. Throws like every call of `api`. */
export function search(
  id: RoomId,
  { q, before, from, since, until }: SearchFilter & Readonly<{ q: string; before: string }>,
): Promise<SearchResponse> {
  const query = { q, before, from, since: startOf(since), until: startOf(until, 1) }
  return request('GET', `${paths.search(id)}?${new URLSearchParams(query)}`) as Promise<SearchResponse>
}

/** The first message of a day, or of the first day after it on which something was said. */
export async function firstOfDay(id: RoomId, day: string): Promise<FirstSinceResponse['first']> {
  const query = new URLSearchParams({ since: startOf(day) })
  return ((await request('GET', `${paths.firstSince(id)}?${query}`)) as FirstSinceResponse).first
}

/** When a day begins here, or one so many days later; nothing where there is none. */
function startOf(day: string, daysLater = 0): string {
  if (day === '') return ''
  const start = new Date(`${day}T00:00`)
  start.setDate(start.getDate() + daysLater)
  return String(Math.max(0, start.getTime()))
}
