/**
 * What screen readers are told: `announce('3 new messages')`.
 *
 * One polite and one assertive region for the whole page, shown (invisibly) by UiAnnouncer.vue. What is said within
 * a moment is said together. Assertive is only for "you were muted", "recording started", "disconnected".
 */
import { shallowRef, type ShallowRef } from 'vue'

export type Urgency = 'polite' | 'assertive'

/** Long enough to gather a burst, short enough to follow what happened. */
const gatherMs = 150

export const announcements: Readonly<Record<Urgency, ShallowRef<string>>> = {
  polite: shallowRef(''),
  assertive: shallowRef(''),
}

const waiting: Record<Urgency, string[]> = { polite: [], assertive: [] }

export function announce(text: string, urgency: Urgency = 'polite'): void {
  const lines = waiting[urgency]
  if (!lines.includes(text)) lines.push(text)
  if (lines.length > 1) return
  const region = announcements[urgency]
  // Emptied first: a region that is given the same text again says nothing.
  region.value = ''
  setTimeout(() => {
    region.value = lines.splice(0).join('. ')
  }, gatherMs)
}
