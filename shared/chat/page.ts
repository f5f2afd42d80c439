/**
 * The header of a page of chat: where it stands in the room's chain. Only the server writes it.
 *
 * Rules CH4 and CH7 of docs/PROTOCOL.md. It is the page's map `p`, one entry for each field. Pure.
 */

/** Version of the layout of pages. */
export const pageVersion = 1

export type PageHeader = Readonly<{
  v: number
  /** Number of the page; the first is 0. */
  page: number
  /** Messages of the room on the pages before. */
  base: number
  /** Milliseconds since 1970 that arrivals are counted from. */
  a0: number
  /** The largest order on the pages before: everything here is ordered above it. */
  o0: number
}>

/** The field of the map `p` that says how many messages a sealed page has. */
export const sealedField = 'sealed'

/** How many structs a document has: what it costs to open it grows with them. */
export function countStructs(
  doc: Readonly<{ store: Readonly<{ clients: ReadonlyMap<number, Readonly<{ length: number }>> }> }>,
): number {
  let count = 0
  for (const structs of doc.store.clients.values()) count += structs.length
  return count
}

/** What is missing counts as 0: so a page that has no header yet is the first one. */
export function readHeader(get: (field: string) => unknown): PageHeader {
  const count = (field: string): number => {
    const value = get(field)
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
  }
  return { v: count('v'), page: count('page'), base: count('base'), a0: count('a0'), o0: count('o0') }
}
