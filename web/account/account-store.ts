/**
 * Who uses this page: a member, a guest, or a stranger.
 *
 * The last known answer is kept on the device, so that the page opens without the server; `isConfirmed` tells
 * whether the server has said so since.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { CredentialsRequest, Me } from '#shared/http.ts'
import { isPersonId } from '#shared/ids.ts'
import { api, codeOf } from '../api.ts'
import { recall, remember } from '../device.ts'

export const useAccountStore = defineStore('account', () => {
  const me = shallowRef(recallMe())
  const isFirstRun = shallowRef(false)
  const isConfirmed = shallowRef(false)
  /** The last question to the server had no answer. */
  const isServerAway = shallowRef(false)
  let loading: Promise<void> | null = null

  function setMe(value: Me | null): void {
    me.value = value
    isConfirmed.value = true
    isServerAway.value = false
    remember('me', value)
    // The rooms on this device belong to whoever was here.
    if (value === null) remember('rooms', null)
  }

  /** Asks the server. A server that is away changes nothing; other failures are for the caller. */
  function load(): Promise<void> {
    loading ??= ask().finally(() => {
      loading = null
    })
    return loading
  }

  async function ask(): Promise<void> {
    try {
      const answer = await api.me()
      isFirstRun.value = answer.isFirstRun
      setMe(answer.me)
    } catch (error) {
      if (codeOf(error) !== 'network-away') throw error
      isServerAway.value = true
    }
  }

  async function register(credentials: CredentialsRequest): Promise<void> {
    setMe((await api.register(credentials)).me)
    isFirstRun.value = false
  }

  async function login(credentials: CredentialsRequest): Promise<void> {
    setMe((await api.login(credentials)).me)
  }

  async function logout(): Promise<void> {
    await api.logout()
    setMe(null)
  }

  return {
    me,
    isSignedIn: computed(() => me.value !== null),
    isFirstRun,
    isConfirmed,
    isServerAway,
    load,
    register,
    login,
    logout,
    /** After an answer that carried who this is now (an accepted invite), or that nobody is (a session's end). */
    setMe,
  }
})

function recallMe(): Me | null {
  const value = recall('me') as Partial<Me> | null
  if (value === null || !isPersonId(value.id) || typeof value.name !== 'string') return null
  return {
    id: value.id,
    name: value.name,
    isGuest: value.isGuest === true,
    isServerOwner: value.isServerOwner === true,
  }
}
