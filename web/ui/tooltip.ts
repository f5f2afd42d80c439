/**
 * Tooltips: `v-tooltip="'Mute'"` or `v-tooltip="{ text: 'Mute', shortcut: 'M' }"`.
 *
 * One element for the whole page, in the top layer. It opens on hover and keyboard focus, stays while the pointer is
 * on it, closes on Esc (WCAG 1.4.13), and never opens on touch, where a press is already the action.
 */
import type { Directive } from 'vue'
import { placeBeside } from './place.ts'

export type TooltipContent = string | Readonly<{ text: string; shortcut?: string }>

const openDelayMs = 450
/** Soon after one tooltip closed the next opens at once: running along a toolbar feels immediate. */
const warmMs = 400
const closeDelayMs = 120

let bubble: HTMLElement | null = null
let anchor: HTMLElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined
let closedAtMs = -Infinity

const contents = new WeakMap<HTMLElement, TooltipContent>()

export const vTooltip: Directive<HTMLElement, TooltipContent> = {
  mounted(element, { value }) {
    contents.set(element, value)
    element.addEventListener('pointerenter', onEnter)
    element.addEventListener('pointerleave', closeSoon)
    element.addEventListener('pointerdown', close)
    element.addEventListener('focus', onFocus)
    element.addEventListener('blur', close)
  },
  updated(element, { value }) {
    contents.set(element, value)
    if (anchor === element) fill(value)
  },
  beforeUnmount(element) {
    if (anchor === element) close()
  },
}

function onEnter(event: PointerEvent): void {
  if (event.pointerType === 'touch') return
  const element = event.currentTarget as HTMLElement
  clearTimeout(timer)
  if (anchor === element) return
  const isWarm = anchor !== null || performance.now() - closedAtMs < warmMs
  timer = setTimeout(open, isWarm ? 0 : openDelayMs, element)
}

function onFocus(event: FocusEvent): void {
  const element = event.currentTarget as HTMLElement
  // Later: a menu that closes for another gives the focus back while that one opens, and no third may open then.
  if (!element.matches(':focus-visible')) return
  clearTimeout(timer)
  timer = setTimeout(open, 0, element)
}

function open(element: HTMLElement): void {
  const content = contents.get(element)
  if (content === undefined || !element.isConnected) return
  clearTimeout(timer)
  const box = (bubble ??= createBubble())
  anchor = element
  fill(content)
  if (!box.matches(':popover-open')) box.showPopover()
  placeBeside(element, box, { side: 'top', align: 'center' })
}

function fill(content: TooltipContent): void {
  if (bubble === null) return
  const { text, shortcut = '' } = typeof content === 'string' ? { text: content } : content
  bubble.replaceChildren(text)
  if (shortcut === '') return
  const key = document.createElement('kbd')
  key.textContent = shortcut
  bubble.append(key)
}

function closeSoon(): void {
  clearTimeout(timer)
  timer = setTimeout(close, closeDelayMs)
}

function close(): void {
  clearTimeout(timer)
  if (anchor === null) return
  anchor = null
  closedAtMs = performance.now()
  if (bubble?.matches(':popover-open') === true) bubble.hidePopover()
}

function createBubble(): HTMLElement {
  const element = document.createElement('div')
  element.className = 'ui-tooltip'
  element.popover = 'manual'
  // The label of what it belongs to says the same words already.
  element.setAttribute('aria-hidden', 'true')
  element.addEventListener('pointerenter', () => {
    clearTimeout(timer)
  })
  element.addEventListener('pointerleave', closeSoon)
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  document.addEventListener('scroll', close, { capture: true, passive: true })
  document.body.append(element)
  return element
}
