/** What has happened in histories, counted. */

export type Tally = Map<string, number>

export function count(tally: Tally, what: string, by = 1): void {
  tally.set(what, (tally.get(what) ?? 0) + by)
}

export function addTo(all: Tally, tally: Tally): void {
  for (const [what, number] of tally) count(all, what, number)
}
