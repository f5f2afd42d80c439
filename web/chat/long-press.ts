/** A finger that stays where it is: `useLongPress(list, { onHold, onPress })`. */
import { onBeforeUnmount, onMounted, type ShallowRef } from 'vue'

const longMs = 450
/** A finger never lies quite still, in px. */
const stillMax = 10

export function useLongPress(
  area: Readonly<ShallowRef<HTMLElement | null>>,
  events: Readonly<{
    /** It has stayed for long enough; null once that is over. */
    onHold(target: EventTarget | null): void
    /** And was lifted. */
    onPress(target: EventTarget): void
  }>,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from: PointerEvent | null = null
  let held: EventTarget | null = null

  function start(event: PointerEvent): void {
    end()
    // A link has a menu of the browser's own.
    const isLink = event.target instanceof Element && event.target.closest('a') !== null
    if (event.pointerType !== 'touch' || !event.isPrimary || isLink) return
    from = event
    timer = setTimeout(() => {
      held = event.target
      events.onHold(held)
    }, longMs)
  }

  function move(event: PointerEvent): void {
    if (from !== null && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > stillMax)
      end()
  }

  /** Only once it is lifted: a dialog that opened under the finger would take that for a press outside of it. */
  function lift(): void {
    const target = held
    end()
    if (target !== null)
      setTimeout(() => {
        events.onPress(target)
      })
  }

  function end(): void {
    clearTimeout(timer)
    from = null
    if (held === null) return
    held = null
    events.onHold(null)
  }

  /** The browser's own menu for a long press. */
  function refuse(event: Event): void {
    if (from !== null) event.preventDefault()
  }

  const listeners = {
    pointerdown: start,
    pointermove: move,
    pointerup: lift,
    pointercancel: end,
    contextmenu: refuse,
  } as const satisfies Record<string, (event: PointerEvent) => void>

  onMounted(() => {
    for (const [name, listener] of Object.entries(listeners))
      area.value?.addEventListener(name, listener as EventListener)
  })
  onBeforeUnmount(() => {
    end()
    for (const [name, listener] of Object.entries(listeners))
      area.value?.removeEventListener(name, listener as EventListener)
  })
}
