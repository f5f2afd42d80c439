/** Whether the quick switcher is open, and its key, which works everywhere, also where one types. */
import { shallowRef } from 'vue'
import { useAccountStore } from '../account/account-store.ts'

export const isSwitcherOpen = shallowRef(false)

/** Once, for as long as the page lives. */
export function watchSwitcherKey(): void {
  const account = useAccountStore()
  const onKeyDown = (event: KeyboardEvent): void => {
    const isKey = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)
    if (!isKey || event.shiftKey || event.altKey || account.me === null) return
    event.preventDefault()
    if (!event.repeat) isSwitcherOpen.value = !isSwitcherOpen.value
  }
  // Before anybody else: where one types on the board, keys go no further.
  addEventListener('keydown', onKeyDown, true)
}
