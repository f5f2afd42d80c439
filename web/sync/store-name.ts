/** Names of databases on this device. */
import type { PersonId } from '#shared/ids.ts'

/** Where a person keeps what belongs to this document or store of a room. */
export function storeName(personId: PersonId, name: string): string {
  return `${storePrefix(personId)}${name}`
}

/** What the names of all databases of a person begin with. */
export function storePrefix(personId: PersonId): string {
  return `stoa/${personId}/`
}
