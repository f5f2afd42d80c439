/**
 * Short news at the foot of the page: `toast('Link copied')`. Also announced. Shown by UiToasts.vue, once, in App.
 */
import { shallowRef } from 'vue'
import { announce } from './announce.ts'

export type ToastOptions = Readonly<{
  tone?: 'neutral' | 'good' | 'bad'
  /** Milliseconds it stays; longer with an action, because it must be reached. */
  durationMs?: number
  action?: Readonly<{ label: string; onSelect: () => void }>
}>

export type Toast = Readonly<{ id: number; text: string }> &
  Required<Pick<ToastOptions, 'tone' | 'durationMs'>> &
  Pick<ToastOptions, 'action'>

const shownMax = 3
let lastId = 0

/** Oldest first. */
export const toasts = shallowRef<readonly Toast[]>([])

/** Returns what takes it away early. */
export function toast(text: string, options: ToastOptions = {}): () => void {
  const id = (lastId += 1)
  const { tone = 'neutral', action, durationMs = action === undefined ? 4_000 : 8_000 } = options
  const entry: Toast = { id, text, tone, durationMs, ...(action === undefined ? {} : { action }) }
  // The same news again replaces the old: it does not pile up.
  toasts.value = [...toasts.value.filter((other) => other.text !== text), entry].slice(-shownMax)
  announce(text)
  return () => {
    dismissToast(id)
  }
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((entry) => entry.id !== id)
}
