/** Whose view of the board this page looks along with. A store of its own: who asks for it need not have the board yet. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { PersonId } from '#shared/ids.ts'

/** Somebody who is followed. */
export type Followed = Readonly<{ personId: PersonId; name: string }>

export const useFollowStore = defineStore('follow', () => {
  const person = shallowRef<Followed | null>(null)
  /** There is something of theirs to be seen. */
  const isThere = shallowRef(false)

  function follow(followed: Followed): void {
    isThere.value = false
    person.value = followed
  }

  function stop(): void {
    person.value = null
  }

  return { person, isThere, follow, stop }
})
