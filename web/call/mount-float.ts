/**
 * Puts the floating call beside the page, once: it outlives every page, and is fetched only with a call, so no page
 * can hold it.
 */
import type { AppContext } from 'vue'
import CallFloat from './CallFloat.vue'
import { renderIn } from './render-in.ts'

let isMounted = false

export function mountFloat(context: AppContext): void {
  if (isMounted) return
  isMounted = true
  const place = document.createElement('div')
  document.body.append(place)
  renderIn(context, CallFloat, place)
}
