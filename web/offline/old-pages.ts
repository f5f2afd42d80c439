/**
 * The pages of chat that a device which is full can do without, and in which order. Pure.
 *
 * Rule OF9 of docs/PROTOCOL.md. Invariant: neither the newest page that the device keeps of a room is among them, nor
 * one that is noted to hold something unsent.
 */
import { isPersonId, type PersonId, type RoomId } from '#shared/ids.ts'
import { parseDocumentName } from '#shared/room.ts'

type Page = Readonly<{ store: string; personId: PersonId; roomId: RoomId; page: number }>

export type KeptHere = Readonly<{
  /** Names of databases. */
  stores: readonly string[]
  /** Those of them that are noted to hold something unsent. */
  waiting: ReadonlySet<string>
  /** When a person last opened a room here, in milliseconds since 1970; 0 where that is not known. */
  openedAtMs(personId: PersonId, roomId: RoomId): number
}>

/**
 * Names of databases: of the room that was opened longest ago first, its oldest page first. The page before the newest,
 * which is read with it, goes only when there is nothing else.
 */
export function oldPages({ stores, waiting, openedAtMs }: KeptHere): readonly string[] {
  const pages = stores.flatMap((store) => pageOf(store) ?? [])
  const byRoom = Map.groupBy(pages, ({ personId, roomId }) => `${personId}/${roomId}`)
  return [...byRoom.values()]
    .flatMap((ofRoom) => {
      const [, ...older] = ofRoom.toSorted((a, b) => b.page - a.page)
      return older.map((page, index) => ({
        ...page,
        isNextToNewest: index === 0,
        atMs: openedAtMs(page.personId, page.roomId),
      }))
    })
    .filter(({ store }) => !waiting.has(store))
    .sort(
      (a, b) =>
        Number(a.isNextToNewest) - Number(b.isNextToNewest) ||
        a.atMs - b.atMs ||
        (a.roomId === b.roomId ? a.page - b.page : a.roomId < b.roomId ? -1 : 1),
    )
    .map(({ store }) => store)
}

/** Null for whatever else is kept. */
function pageOf(store: string): Page | null {
  const [, personId, name = ''] = /^stoa\/([^/]+)\/(.+)$/u.exec(store) ?? []
  const ref = parseDocumentName(name)
  return isPersonId(personId) && ref?.kind === 'chat' ? { store, personId, ...ref } : null
}
