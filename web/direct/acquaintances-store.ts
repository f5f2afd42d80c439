/** Whom this person may write to: kept while the page lives, asked for anew wherever one chooses among them. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { directPaths } from '#shared/direct.ts'
import type { PeopleResponse, PersonNamed } from '#shared/http.ts'
import { useAccountStore } from '../account/account-store.ts'
import { request, wordsOf } from '../api.ts'

export const useAcquaintancesStore = defineStore('acquaintances', () => {
  const account = useAccountStore()
  /** By name; null until the server has said. */
  const people = shallowRef<readonly PersonNamed[] | null>(null)
  /** Why they are not known now; empty if they are. */
  const failure = shallowRef('')

  async function refresh(): Promise<void> {
    if (account.me === null || account.me.isGuest) return
    try {
      people.value = ((await request('GET', directPaths.people)) as PeopleResponse).people
      failure.value = ''
    } catch (error) {
      failure.value = wordsOf(error)
    }
  }

  return { people, failure, refresh }
})
