/** Whom one may write to, by the letters typed: those with whom there is no conversation of two in the list already. */
import { computed, type ComputedRef, type Ref } from 'vue'
import type { PersonNamed } from '#shared/http.ts'
import { useAcquaintancesStore } from '../direct/acquaintances-store.ts'
import { useHomeStore } from '../home/home-store.ts'
import { distanceOf } from './rank-rooms.ts'

/** More are found by their names. */
const peopleMax = 5

/** The likeliest first; nobody where nothing is typed. */
export function useFoundPeople(query: Readonly<Ref<string>>): ComputedRef<readonly PersonNamed[]> {
  const acquaintances = useAcquaintancesStore()
  const home = useHomeStore()
  void acquaintances.refresh()
  return computed(() => {
    if (query.value === '') return []
    const written = new Set(
      home.rooms?.mine.flatMap(({ others }) => (others?.length === 1 ? others.map(({ id }) => id) : [])),
    )
    return (acquaintances.people ?? [])
      .flatMap((person) => {
        const distance = written.has(person.id) ? null : distanceOf(person.name, query.value)
        return distance === null ? [] : [{ person, distance }]
      })
      .sort((a, b) => a.distance - b.distance)
      .slice(0, peopleMax)
      .map(({ person }) => person)
  })
}
