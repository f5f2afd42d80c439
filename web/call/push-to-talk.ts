/**
 * Push-to-talk: while muted, one is heard as long as Space is held, and never longer.
 *
 * Space belongs to a field, the board or a dialog where there is one, and to a control that was walked to with the
 * keyboard. One that was only pressed with the pointer gives it up: whoever has just muted can hold Space to speak.
 */
import { onBeforeUnmount, onMounted } from 'vue'
import { isKeyTaken } from '../ui/shortcuts.ts'
import { useCallStore } from './call-store.ts'

export function usePushToTalk(): void {
  const call = useCallStore()
  /** What was walked to, not pressed. Asked when it gets the focus: after any key the browser calls both visible. */
  let walkedTo: EventTarget | null = null

  function onFocusIn({ target }: FocusEvent): void {
    walkedTo = target instanceof HTMLElement && target.matches(':focus-visible') ? target : null
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== ' ' || event.defaultPrevented) return
    if (!call.isHeldToTalk) {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isKeyTaken(event)) return
      if ((event.target === walkedTo && isControl(event.target)) || !call.holdToTalk()) return
    }
    // Neither scrolls the page nor presses what has the focus.
    event.preventDefault()
  }

  function onKeyUp(event: KeyboardEvent): void {
    if (event.key !== ' ' || !call.isHeldToTalk) return
    event.preventDefault()
    call.endTalk()
  }

  /** The key may be let go of where this page does not hear it. */
  function onAway(): void {
    call.endTalk()
  }

  onMounted(() => {
    window.addEventListener('focusin', onFocusIn)
    window.addEventListener('keydown', onKeyDown)
    window.addEventListener('keyup', onKeyUp)
    window.addEventListener('blur', onAway)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('focusin', onFocusIn)
    window.removeEventListener('keydown', onKeyDown)
    window.removeEventListener('keyup', onKeyUp)
    window.removeEventListener('blur', onAway)
    onAway()
  })
}

function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('button, a, summary, [role="separator"], [tabindex="0"]')
  )
}
