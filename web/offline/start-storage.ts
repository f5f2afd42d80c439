/**
 * Looks after what this device stores: remembers which rooms are opened, drops what becomes too much, and has the browser
 * promise to keep the rest. Rules OF9 and OF10 of docs/PROTOCOL.md.
 */
import { watch } from 'vue'
import type { Router } from 'vue-router'
import { isRoomId } from '#shared/ids.ts'
import { useAccountStore } from '../account/account-store.ts'
import { askToLast, mayAskHere } from './lasting.ts'
import { noteOpened } from './opened-rooms.ts'
import { mustStay } from './stay.ts'
import { onWaiting, waitingOf } from './waiting.ts'

const tidyEveryMs = 3_600_000
/** A server that starts again is back by then. */
const patienceMs = 5_000

/** Once, for as long as the page lives. */
export function startStorage({ currentRoute }: Router): void {
  const account = useAccountStore()
  watch(
    () => [account.me?.id, currentRoute.value.params['roomId']] as const,
    ([personId, roomId]) => {
      if (personId !== undefined && isRoomId(roomId)) noteOpened(personId, roomId)
    },
    { immediate: true },
  )
  tidy()
  setInterval(tidy, tidyEveryMs)
  startAsking()
}

function tidy(): void {
  import('./drop-pages.ts')
    .then(({ dropPages }) => dropPages())
    // Fetched later, or not needed: where nothing can be looked through, nothing is kept either.
    .catch(() => undefined)
}

function startAsking(): void {
  const account = useAccountStore()
  const isInstalled = matchMedia('(display-mode: standalone)').matches
  if (!mayAskHere(isInstalled)) return
  if (isInstalled) {
    askWhile(() => account.me !== null, isInstalled)
    return
  }
  const personId = () => account.me?.id
  let isStarted = false
  const look = (): void => {
    const id = personId()
    if (isStarted || id === undefined || waitingOf(id).length === 0) return
    isStarted = true
    import('./unsent-away.ts')
      .then(({ watchUnsentAway }) => {
        askWhile(watchUnsentAway(personId), isInstalled)
      })
      .catch(() => {
        isStarted = false
      })
  }
  onWaiting(look)
  watch(personId, look, { immediate: true })
}

/** Once it has been wanted for a while, and nobody is in a call or about to join one. */
function askWhile(isWanted: () => boolean, isInstalled: boolean): void {
  const stop = watch(
    () => isWanted() && !mustStay(),
    (isNow, _before, onCleanup) => {
      if (!isNow) return
      const timer = setTimeout(() => {
        stop()
        void askToLast(isInstalled)
      }, patienceMs)
      onCleanup(() => {
        clearTimeout(timer)
      })
    },
    { immediate: true },
  )
}
