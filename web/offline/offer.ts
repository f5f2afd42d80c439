/**
 * Offers something that loads the page anew: as soon as nothing is going on that this would interrupt, and until it is
 * taken or sent away. There is one such offer at a time.
 */
import { watch } from 'vue'
import { toast } from '../ui/toast.ts'
import { mustStay } from './stay.ts'

/** As long as a timer can be. */
const lastingMs = 2 ** 31 - 1
let withdraw: () => void = () => undefined
let isUrgent = false

/** `why: 'needed'`: nothing can be sent without; what is only new is offered no more. */
export function offer(
  text: string,
  { label, why, onSelect }: Readonly<{ label: string; why: 'needed' | 'new'; onSelect: () => void }>,
): void {
  if (isUrgent && why === 'new') return
  isUrgent = why === 'needed'
  withdraw()
  let takeAway = (): void => undefined
  const show = (isBusy: boolean): void => {
    if (isBusy) return
    takeAway = toast(text, { action: { label, onSelect }, durationMs: lastingMs })
    // Once: whoever sends it away has seen it.
    queueMicrotask(() => {
      stop()
    })
  }
  const stop = watch(mustStay, show, { immediate: true })
  withdraw = () => {
    stop()
    takeAway()
  }
}
