/** Has what waits on this device brought to the server, whatever the page shows. Rule OF6 of docs/PROTOCOL.md. */
import { watch } from 'vue'
import type { Router } from 'vue-router'
import type { PersonId } from '#shared/ids.ts'
import { useAccountStore } from '../account/account-store.ts'
import type { Undo } from '../sync/ports.ts'
import { onWaiting, waitingOf } from './waiting.ts'

const retryMs = 15_000

export function startCourier(router: Router): void {
  const account = useAccountStore()
  watch(
    () => account.me?.id,
    (personId, _before, onCleanup) => {
      if (personId !== undefined) onCleanup(serve(router, personId))
    },
    { immediate: true },
  )
}

/** Until this is undone. The courier is fetched when there is something to bring. */
function serve({ currentRoute }: Router, personId: PersonId): Undo {
  const isShown = (roomId: string): boolean => currentRoute.value.params['roomId'] === roomId
  const undos: Undo[] = []
  let isEnded = false
  let isStarted = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function start(): Promise<void> {
    const { Courier } = await import('./courier.ts')
    if (isEnded) return
    const courier = new Courier(personId, isShown)
    const look = (): void => {
      courier.look()
    }
    // At once: a room that is shown next is opened by the page.
    undos.push(watch(currentRoute, look, { flush: 'sync' }), () => {
      courier[Symbol.dispose]()
    })
  }

  function look(): void {
    if (isStarted || !waitingOf(personId).some(({ roomId }) => !isShown(roomId))) return
    isStarted = true
    start().catch(() => {
      // It could not be fetched, and this device does not keep it.
      isStarted = false
      if (!isEnded) timer = setTimeout(look, retryMs)
    })
  }

  addEventListener('online', look)
  undos.push(onWaiting(look), watch(currentRoute, look), () => {
    removeEventListener('online', look)
    clearTimeout(timer)
  })
  look()
  import('./recover-waiting.ts')
    .then(({ recoverWaiting }) => recoverWaiting(personId))
    // Where nothing can be kept there is nothing to be found either.
    .catch(() => undefined)
  return () => {
    isEnded = true
    for (const undo of undos) undo()
  }
}
