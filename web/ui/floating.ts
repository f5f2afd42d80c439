/**
 * Ties a native popover to the button in a trigger slot: press opens and closes it, Esc and a press outside close it,
 * Tab walks from the button into it, and it stays beside the button while the page moves.
 *
 * The browser does all but the placing (HTML Standard, popover: auto with an invoker).
 */
import { nextTick, onMounted, onUpdated, shallowRef, watch, type ShallowRef } from 'vue'
import { placeBeside, type Align, type Side } from './place.ts'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

export function useFloating(
  trigger: ElementRef,
  floating: ElementRef,
  options: Readonly<{
    side: () => Side
    align: () => Align
    popupKind: 'menu' | 'dialog'
    onOpen?: () => void
  }>,
): Readonly<{ isOpen: Readonly<ShallowRef<boolean>>; close: () => void }> {
  const isOpen = shallowRef(false)

  function tie(): void {
    const button = trigger.value?.querySelector('button')
    if (!(button instanceof HTMLButtonElement) || floating.value === null) return
    button.popoverTargetElement = floating.value
    button.setAttribute('aria-haspopup', options.popupKind)
    button.setAttribute('aria-expanded', String(isOpen.value))
  }

  function place(): void {
    const anchor = trigger.value?.firstElementChild
    if (!(anchor instanceof HTMLElement) || floating.value === null) return
    placeBeside(anchor, floating.value, { side: options.side(), align: options.align() })
  }

  onMounted(() => {
    tie()
    floating.value?.addEventListener('toggle', (event) => {
      isOpen.value = event.newState === 'open'
      tie()
      if (!isOpen.value) return
      // What is in it is rendered first: its size decides where it goes.
      void nextTick(() => {
        place()
        options.onOpen?.()
      })
    })
  })
  onUpdated(tie)

  watch(isOpen, (open, _, onCleanup) => {
    if (!open) return
    const listen = { capture: true, passive: true }
    window.addEventListener('scroll', place, listen)
    window.addEventListener('resize', place)
    // What is in it may come later, or change.
    const sizes = new ResizeObserver(place)
    if (floating.value !== null) sizes.observe(floating.value)
    onCleanup(() => {
      sizes.disconnect()
      window.removeEventListener('scroll', place, listen)
      window.removeEventListener('resize', place)
    })
  })

  return {
    isOpen,
    close() {
      if (floating.value?.matches(':popover-open') === true) floating.value.hidePopover()
    },
  }
}
