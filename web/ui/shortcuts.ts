/**
 * Keys for a whole page: `useShortcuts({ c: showChat, 'ctrl+shift+l': leave })`.
 *
 * A key alone works only while nobody types or draws: not in a text field, not behind a dialog, and not inside an
 * element marked `data-own-keys`. Keys alone can be switched off (WCAG 2.1.4); with Ctrl they always work.
 */
import { onBeforeUnmount, onMounted, shallowRef } from 'vue'
import { recall, remember } from '../device.ts'

const areOn = shallowRef(recall('shortcuts') !== false)

/** Whether keys alone do anything; kept on the device. */
export function useShortcutSwitch(): Readonly<{ areOn: typeof areOn; set: (on: boolean) => void }> {
  return {
    areOn,
    set(on) {
      areOn.value = on
      remember('shortcuts', on ? null : false)
    },
  }
}

/** Names are lower case, with `ctrl+` and `shift+` in front in this order; `?` and the like name themselves. */
export function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.repeat || event.isComposing || event.altKey) return
    const action = actions[nameOf(event)]
    if (action === undefined || isKeyTaken(event)) return
    event.preventDefault()
    action()
  }
  onMounted(() => {
    window.addEventListener('keydown', onKeyDown)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', onKeyDown)
  })
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  const isLetter = /^\p{L}$/u.test(key)
  // Shift is part of how `?` is typed, but not of its name.
  const shift = event.shiftKey && (isLetter || key.length > 1) ? 'shift+' : ''
  return `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${shift}${key}`
}

/** Whether somebody types or draws, or is asked something, so that a key alone is not for the page. */
export function isKeyTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey) return false
  if (!areOn.value || document.querySelector('dialog[open]') !== null) return true
  const target = event.target
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input, textarea, select, [data-own-keys], [role="menu"], [role="listbox"]') !== null)
  )
}
