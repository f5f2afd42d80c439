/**
 * Where the list of messages is scrolled to: at its end it stays at the end, elsewhere what is read stays in its place,
 * and near an edge the next page is asked for.
 */
import { onBeforeUnmount, onBeforeUpdate, onMounted, onUpdated, type ShallowRef } from 'vue'
import { useChatStore } from './chat-store.ts'
import { holdPlace, type HeldPlace } from './scroll-anchor.ts'

type ElementRef = Readonly<ShallowRef<HTMLElement | null>>

/** Pages are asked for this far from the edge, in px. */
const edge = 800
/** This near to the end counts as there, in px. */
const endSlack = 48

/** `content` is all that is in the list, in one element. */
export function useListScroll(
  list: ElementRef,
  content: ElementRef,
  events: Readonly<{
    /** The newest message came into view, or left it. */
    onEnd(isInView: boolean): void
    /** The view moved, or its content changed. */
    onLook(list: HTMLElement): void
  }>,
): Readonly<{ scrollToEnd(): void; leaveEnd(): void }> {
  const chat = useChatStore()
  let isAtEnd = true
  let lastTop = 0
  let isGoingUp = true
  /** Until one scrolls on: what came may get its height only when it is first laid out (`content-visibility`). */
  let held: HeldPlace | null = null

  /** The browser's own anchoring holds another edge of another row: only one of the two may move the view. */
  function hold(place: HeldPlace | null): void {
    held = place
    if (list.value !== null) list.value.style.overflowAnchor = place === null ? '' : 'none'
  }

  function setAtEnd(isInView: boolean): void {
    if (isInView === isAtEnd) return
    isAtEnd = isInView
    events.onEnd(isInView)
  }

  function scrollToEnd(): void {
    const element = list.value
    if (element === null) return
    element.scrollTop = element.scrollHeight
    lastTop = element.scrollTop
    setAtEnd(!chat.hasNewer)
  }

  function look(element: HTMLElement): void {
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    setAtEnd(below < endSlack && !chat.hasNewer)
    events.onLook(element)
    // A message is being gone to: where it is decides.
    if (chat.reached !== null) return
    if (isGoingUp && element.scrollTop < edge && chat.hasOlder && !chat.lacksOlder) chat.showOlder()
    else if (!isGoingUp && below < edge && chat.hasNewer && !chat.lacksNewer) chat.showNewer()
  }

  function onScroll(): void {
    const element = list.value
    if (element === null) return
    if (element.scrollTop !== lastTop) {
      isGoingUp = element.scrollTop < lastTop
      hold(null)
    }
    lastTop = element.scrollTop
    look(element)
  }

  onBeforeUpdate(() => {
    const element = list.value
    if (element === null || isAtEnd) hold(null)
    // One change follows the other: what came with the one before may not have been laid out yet.
    else if (held === null || held.isLost() || element.scrollTop !== lastTop) hold(holdPlace(element))
  })
  onUpdated(() => {
    const element = list.value
    if (element === null) return
    if (isAtEnd && !chat.hasNewer && chat.reached === null) scrollToEnd()
    else held?.restore()
    lastTop = element.scrollTop
    look(element)
  })

  /** The window, the composer or a message changed its size. */
  const sizes = new ResizeObserver(() => {
    if (isAtEnd && !chat.hasNewer) scrollToEnd()
    else if (list.value?.scrollTop === lastTop) {
      held?.restore()
      lastTop = list.value.scrollTop
    }
  })
  onMounted(() => {
    for (const element of [list.value, content.value]) if (element !== null) sizes.observe(element)
    list.value?.addEventListener('scroll', onScroll, { passive: true })
    scrollToEnd()
  })
  onBeforeUnmount(() => {
    sizes.disconnect()
    list.value?.removeEventListener('scroll', onScroll)
  })

  return {
    scrollToEnd,
    leaveEnd() {
      setAtEnd(false)
    },
  }
}
